package devpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lock is the program's claim on a home. The kernel lets go of it when the program ends, in whatever way.
type lock struct{ file *os.File }

// lockPatience bounds the wait for a lock whose holder has ended: a child that the holder was just forking keeps it until
// it runs its program.
const lockPatience = time.Second

func (h home) lock(ctx context.Context) (*lock, error) {
	file, err := h.open("lock", os.O_RDWR)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the private PostgreSQL: %w", err)
	}
	l := &lock{file: file}
	patience, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			if err := l.announce(""); err != nil {
				return nil, errors.Join(err, l.release())
			}
			return l, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock the private PostgreSQL: %w", err), file.Close())
		}
		holder := l.holder()
		holder.Dir = h.dir
		if holder.PID != 0 && !errors.Is(syscall.Kill(holder.PID, 0), syscall.ESRCH) || patience.Err() != nil {
			return nil, errors.Join(holder, file.Close())
		}
		select {
		case <-patience.Done():
		case <-time.After(pollEvery):
		}
	}
}

// holder reads what announce wrote.
func (l *lock) holder() *InUseError {
	holder := new(InUseError)
	if text, err := io.ReadAll(io.NewSectionReader(l.file, 0, maxLock)); err == nil {
		pid, url, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		holder.PID, _ = strconv.Atoi(pid)
		holder.URL = url
	}
	return holder
}

// maxLock is more than a pid and a URL ever take, in bytes.
const maxLock = 4096

// announce tells whoever comes second who holds the lock and, once it is up, where the server is.
func (l *lock) announce(url string) error {
	text := strconv.Itoa(os.Getpid()) + "\n" + url
	err := l.file.Truncate(0)
	if err == nil {
		_, err = l.file.WriteAt([]byte(text), 0)
	}
	if err != nil {
		return fmt.Errorf("write the lock of the private PostgreSQL: %w", err)
	}
	return nil
}

// release leaves the file: were it removed, a second program could lock the removed one while a third makes a new one.
// It unlocks by name, as a close alone leaves the lock to a child that is just being forked.
func (l *lock) release() error {
	return errors.Join(l.file.Truncate(0), unlock(l.file), l.file.Close())
}

func unlock(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }

// lockFile waits for a lock that is held for as long as one initdb takes.
func lockFile(ctx context.Context, path string) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, initTimeout)
	defer cancel()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = errors.Join(unlock(file), file.Close()) }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(err, file.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), file.Close())
		case <-time.After(pollEvery):
		}
	}
}
