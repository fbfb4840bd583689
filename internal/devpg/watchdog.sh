# Runs a server for a program that may die at any time, and ends it when the program does.
#
#   sh watchdog.sh SIGNAL TEMPORARY SOCKETS SERVER [ARGUMENT...]
#
# Standard input is a pipe that the program holds: a line on it is a signal to send to the server (or KEEP: leave the
# server alone from now on), its end is the program's end and sends SIGNAL. Descriptor 3 is a pipe that closes when all
# is over. The directories TEMPORARY and SOCKETS, where not empty, are then removed.

ending=$1 temporary=$2 sockets=$3
shift 3

exec 4<&0 </dev/null
"$@" 3>&- 4<&- &
server=$!
(
	while read -r word; do
		case $word in
		KEEP) ending= ;;
		*) kill -s "$word" "$server" 2>/dev/null ;;
		esac
	done <&4
	[ -z "$ending" ] || kill -s "$ending" "$server" 2>/dev/null
) 3>&- &
reader=$!
exec 4<&-

wait "$server"
status=$?
kill "$reader" 2>/dev/null
wait "$reader" 2>/dev/null
[ -z "$sockets" ] || rm -rf -- "$sockets"
[ -z "$temporary" ] || rm -rf -- "$temporary"
exit "$status"
