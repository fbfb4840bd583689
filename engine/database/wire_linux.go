package database

import (
	"errors"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// boundUnacknowledged sets TCP_USER_TIMEOUT, see tcp(7).
func boundUnacknowledged(network, _ string, conn syscall.RawConn) error {
	return bindUnacknowledged(network, conn, unacknowledged)
}

func bindUnacknowledged(network string, conn syscall.RawConn, bound time.Duration) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var set error
	err := conn.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(bound.Milliseconds()))
	})
	return errors.Join(err, set)
}
