package devpg

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// What a caller can branch on; each comes wrapped in an error that says what to do.
var (
	// ErrInUse: a program that lives runs a server on the directory. As *InUseError.
	ErrInUse = errors.New("the directory is in use")
	// ErrVersion: the cluster was made by another major version of PostgreSQL. As *VersionError.
	ErrVersion = errors.New("the cluster is of another major version")
	// ErrOwner: the directory belongs to another user. As *OwnerError.
	ErrOwner = errors.New("the directory belongs to another user")
	// ErrNoBinaries: the machine has no PostgreSQL and none could be fetched.
	ErrNoBinaries = errors.New("no PostgreSQL was found on this machine")
)

// InUseError says who runs a server on the directory.
type InUseError struct {
	Dir string
	// PID is the program's, 0 where it had not said so yet.
	PID int
	// URL is the running server's, with its password; empty where it was not up yet.
	URL string
}

func (e *InUseError) Error() string {
	text := fmt.Sprintf("a private PostgreSQL already runs on %s", e.Dir)
	if e.PID != 0 {
		text += fmt.Sprintf(", started by process %d", e.PID)
	}
	if parsed, err := url.Parse(e.URL); err == nil && e.URL != "" {
		text += ", at " + parsed.Redacted()
	}
	return text + ": use that one, stop it, or choose another directory"
}

// Is reports that the error is an [ErrInUse].
func (e *InUseError) Is(target error) bool { return target == ErrInUse }

// VersionError says which version a cluster needs.
type VersionError struct {
	Dir string
	// Cluster is the major version that made the cluster ("15"), Binaries the version that was found ("17.5").
	Cluster, Binaries string
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the cluster in %s was made by PostgreSQL %s and cannot be run by PostgreSQL %s: install PostgreSQL %[2]s (or set POSTGRES_BIN to its bin directory), or delete %[1]s to begin anew without its data",
		e.Dir, e.Cluster, e.Binaries)
}

// Is reports that the error is an [ErrVersion].
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

// OwnerError says whose a directory is.
type OwnerError struct {
	Dir string
	// Owner is the name of the user that the directory belongs to, User the one that the program runs as.
	Owner, User string
}

func (e *OwnerError) Error() string {
	return fmt.Sprintf("%s belongs to %s and this program runs as %s: run it as %[2]s, choose another directory, or delete %[1]s (as %[2]s) to begin anew without its data",
		e.Dir, e.Owner, e.User)
}

// Is reports that the error is an [ErrOwner].
func (e *OwnerError) Is(target error) bool { return target == ErrOwner }

// noBinaries joins what was tried into the one message that says how to get PostgreSQL.
func noBinaries(unfit []string, fetch error) error {
	var text strings.Builder
	fmt.Fprintf(&text, "(%d to %d will do), and fetching one failed: %v\n", oldestMajor, newestMajor, fetch)
	for _, reason := range unfit {
		fmt.Fprintf(&text, "  (not fit: %s)\n", reason)
	}
	text.WriteString(`Install it, and start again:
  Debian, Ubuntu   sudo apt-get install postgresql
  Fedora           sudo dnf install postgresql-server
  Alpine           sudo apk add postgresql17
  macOS            brew install postgresql@17
or set POSTGRES_BIN to the bin directory of one that you have, or DATABASE_URL to a server that runs.`)
	return fmt.Errorf("%w %s", ErrNoBinaries, text.String())
}
