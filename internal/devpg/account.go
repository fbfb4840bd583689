package devpg

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the user that PostgreSQL runs as. PostgreSQL refuses to run as root, so a program of root's drops to
// somebody else for it.
type account struct {
	name     string
	uid, gid uint32
	// drop is set when the program is root and the account is not.
	drop bool
	// environment is what its programs get beyond the little that all get, as "name=value".
	environment []string
}

// chooseAccount returns the program's own user, or, for root, the first of: who owns one of the given paths (the
// cluster, then what it lies in), so that a directory stays with its user; postgres; nobody.
func chooseAccount(paths ...string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: nameOf(os.Geteuid()), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	for _, path := range paths {
		uid, err := ownerOf(path)
		if err != nil || uid == 0 {
			continue
		}
		// initdb needs a user that has a name; the owner of a mounted directory may have none here.
		if found, err := user.LookupId(strconv.Itoa(uid)); err == nil {
			return dropTo(found)
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			return dropTo(found)
		}
	}
	return account{}, fmt.Errorf("PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody to run it as: add one, or start as an ordinary user")
}

func dropTo(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the group id of %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
}

// command prepares a program that runs as the account, in a session of its own: Ctrl-C in the terminal goes to the
// foreground process group only, so PostgreSQL ends when the program says so and not before it.
func (a account) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...) //nolint:noctx // a server outlives the context of its start
	a.confine(cmd)
	return cmd
}

// commandContext is command for a short run that ends with the context.
func (a account) commandContext(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	a.confine(cmd)
	return cmd
}

func (a account) confine(cmd *exec.Cmd) {
	// Any other directory may be out of the account's reach, and PostgreSQL wants to know where it is.
	cmd.Dir = "/"
	// None of the PG* variables: they would steer the server. LC_ALL keeps its messages in English, and macOS from
	// starting threads while it looks for a locale.
	cmd.Env = append([]string{"LC_ALL=C", "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}, a.environment...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// loaderPaths returns the variables without which a PostgreSQL built by hand may not find its libraries.
func loaderPaths(getenv func(string) string) []string {
	var environment []string
	for _, name := range []string{"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value := getenv(name); value != "" {
			environment = append(environment, name+"="+value)
		}
	}
	return environment
}

// reaches reports whether the account can enter a directory. It tries it, rather than reading modes: lists of access
// rights and mounts count too.
func (a account) reaches(ctx context.Context, dir string) bool {
	if !a.drop {
		return true
	}
	return a.commandContext(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir).Run() == nil
}

func ownerOf(path string) (int, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return owner(info), nil
}

func owner(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

func nameOf(uid int) string {
	if found, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return found.Username
	}
	return "uid " + strconv.Itoa(uid)
}
