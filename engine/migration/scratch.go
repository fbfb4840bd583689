package migration

import (
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed" // the query
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"ariga.io/atlas/sql/schema"

	"cambium/engine/database"
)

// scratchPrefix starts the name of every throw-away database.
const scratchPrefix = "cambium_scratch_"

//go:embed queries/abandoned.sql
var abandonedQuery string

// scratch is a throw-away database on the server of a development database.
type scratch struct {
	*sql.DB
	name string
	pool *database.DB
}

// newScratch makes a database out of template0 (nobody can be connected to that one, which would hinder), and connects to
// it with cfg. It is made even though ctx ends meanwhile: a statement that is given up may succeed all the same, and then
// nobody would drop what it made.
func newScratch(ctx context.Context, admin *sql.Conn, cfg database.Config, in string) (_ *scratch, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &scratch{name: scratchPrefix + time.Now().UTC().Format(versionLayout) + "_" + strings.ToLower(rand.Text()[:8])}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWait)
	defer cancel()
	if _, err := admin.ExecContext(bounded, "CREATE DATABASE "+quoteIdent(s.name)+" TEMPLATE template0"); err != nil {
		if sqlState(err) == "42501" {
			return nil, fmt.Errorf("create a throw-away database: %w: allow it with: ALTER ROLE name CREATEDB", err)
		}
		return nil, fmt.Errorf("create a throw-away database: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.drop(ctx, admin))
		}
	}()
	if cfg.URL, err = withDatabase(cfg.URL, s.name); err != nil {
		return nil, err
	}
	cfg.MaxConns, cfg.MinConns, cfg.StartupTimeout = 1, 0, 0
	if s.pool, err = database.Open(ctx, cfg, slog.New(slog.DiscardHandler)); err != nil {
		return nil, fmt.Errorf("connect to the throw-away database: %w", err)
	}
	s.DB = s.pool.SQL()
	if in != "" {
		// The URL works in a schema of its own (search_path), which a new database lacks.
		if _, err := s.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+quoteIdent(in)); err != nil {
			return nil, fmt.Errorf("prepare the throw-away database: %w", err)
		}
	}
	return s, nil
}

// drop removes the database, also after the context has ended, and with whoever is connected to it.
func (s *scratch) drop(ctx context.Context, admin schema.ExecQuerier) error {
	var err error
	if s.pool != nil {
		err = s.pool.Close()
	}
	return errors.Join(err, dropDatabase(ctx, admin, s.name))
}

func dropDatabase(ctx context.Context, admin schema.ExecQuerier, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupWait)
	defer cancel()
	if _, err := admin.ExecContext(ctx, "DROP DATABASE IF EXISTS "+quoteIdent(name)+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop the throw-away database: %w: drop it by hand: DROP DATABASE %s", err, quoteIdent(name))
	}
	return nil
}

// sweep drops the throw-away databases of programs that were killed before they could.
func sweep(ctx context.Context, admin schema.ExecQuerier) error {
	all, err := scanStrings(ctx, admin, abandonedQuery, scratchPrefix)
	if err != nil {
		return fmt.Errorf("look for abandoned throw-away databases: %w", err)
	}
	for _, name := range all {
		if err := dropDatabase(ctx, admin, name); err != nil {
			return err
		}
	}
	return nil
}

// withDatabase is the connection string, a URL or keywords, with another database.
func withDatabase(connString, name string) (string, error) {
	if !strings.Contains(connString, "://") {
		return connString + " dbname=" + name, nil
	}
	u, err := url.Parse(connString)
	if err != nil {
		// The error would repeat the URL, and with it the password.
		return "", errors.New("connect to the throw-away database: DATABASE_URL is malformed")
	}
	q := u.Query()
	q.Del("dbname")
	q.Del("database")
	u.Path, u.RawPath, u.RawQuery = "/"+name, "", q.Encode()
	return u.String(), nil
}

func quoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
