package migration

import (
	"context"
	_ "embed" // the query
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"database/sql"
)

//go:embed queries/index_state.sql
var indexStateQuery string

// outsideOnly matches what PostgreSQL refuses to run in a transaction (its manual, on each of these commands).
var outsideOnly = regexp.MustCompile(`(?is)^(CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY|REINDEX\b.*\bCONCURRENTLY\b|` +
	`ALTER\s+TABLE\b.*\bDETACH\s+PARTITION\b.*\bCONCURRENTLY|VACUUM|ALTER\s+SYSTEM|CREATE\s+DATABASE|DROP\s+DATABASE|` +
	`CREATE\s+TABLESPACE|DROP\s+TABLESPACE|CREATE\s+SUBSCRIPTION|DROP\s+SUBSCRIPTION|CLUSTER\s*$)`)

var (
	createIndex = regexp.MustCompile(`(?is)^CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?("(?:[^"]|"")+"|[^\s"(]+)\s+ON\b`)
	dropIndex   = regexp.MustCompile(`(?is)^DROP\s+INDEX\s+CONCURRENTLY\s+("(?:[^"]|"")+"|[^\s";]+)\s*;?\s*$`)
)

// alone reports whether the statement must be run outside of a transaction.
func alone(text string) bool { return outsideOnly.MatchString(strings.TrimSpace(text)) }

// runAlone runs a statement that cannot be part of a transaction. An index that a failed or killed attempt left invalid is
// dropped first: PostgreSQL keeps it up to date and never uses it. killed says that an earlier attempt may have ended
// after the statement and before its record: an index that is whole, or gone, is then what it has done.
func (a applier) runAlone(ctx context.Context, sc *script, i int, killed bool) error {
	text := strings.TrimSpace(sc.stmts[i].Text)
	if m := createIndex.FindStringSubmatch(text); m != nil {
		switch valid, there, err := a.index(ctx, m[1]); {
		case err != nil:
			return err
		case there && !valid:
			if err := a.unhurried(ctx, func() error { return a.exec(ctx, "DROP INDEX CONCURRENTLY "+m[1]) }); err != nil {
				return fmt.Errorf("drop what an earlier attempt has left of index %s: %w", m[1], err)
			}
		case there && killed:
			return nil
		}
	}
	if m := dropIndex.FindStringSubmatch(text); m != nil && killed {
		switch _, there, err := a.index(ctx, m[1]); {
		case err != nil:
			return err
		case !there:
			return nil
		}
	}
	return a.unhurried(ctx, func() error { return a.run(ctx, sc, i, text) })
}

func (s *session) exec(ctx context.Context, text string) error {
	_, err := s.target.ExecContext(ctx, text)
	return err
}

// unhurried runs f without lock_timeout: what says CONCURRENTLY waits for every transaction that is open, under a lock
// that hinders nobody, and a wait that is cut short leaves an invalid index.
func (s *session) unhurried(ctx context.Context, f func() error) (err error) {
	if err := s.setLockTimeout(ctx, "0"); err != nil {
		return err
	}
	defer func() {
		// Where this fails the connection is gone, which f's error says better.
		if resetErr := s.setLockTimeout(context.WithoutCancel(ctx), strconv.FormatInt(s.lockTimeout.Milliseconds(), 10)+"ms"); err == nil {
			err = resetErr
		}
	}()
	return f()
}

// index tells whether an index is there, and whether it is whole.
func (s *session) index(ctx context.Context, name string) (valid, there bool, err error) {
	err = scanOne(ctx, s.target, &valid, indexStateQuery, name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("look at index %s: %w", name, err)
	}
	return valid, true, nil
}
