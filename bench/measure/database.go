package measure

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"cambium/bench/operation"
	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/ent/migrate"
	"cambium/internal/devpg"
	"cambium/internal/load"
	"cambium/trade/sample"
)

// store is the private PostgreSQL with the data.
type store struct {
	*database.DB

	server *devpg.Server
	rows   operation.Rows
}

// settings of the PostgreSQL: no worker of its own runs between the rounds, and pages are as cheap to reach as in memory
// and on an SSD. (With random_page_cost at 4, made for disks that turn, the planner passes over half of the indexes.) The
// compiler of expressions is off for everybody, as it is for Cambium's sessions.
func settings() map[string]string {
	return map[string]string{"autovacuum": "off", "shared_buffers": "256MB", "random_page_cost": "1.1", "jit": "off"}
}

// openStore starts a PostgreSQL, migrates it and loads the data.
func openStore(ctx context.Context, size sample.Size, seed uint64, getenv func(string) string) (_ *store, err error) {
	s := new(store)
	s.server, err = devpg.Start(ctx, devpg.Config{
		Volatile: true, Settings: settings(), Getenv: getenv, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(ctx))
		}
	}()
	config := database.NewConfig(s.server.URL())
	config.StatementTimeout = 0
	if s.DB, err = database.Open(ctx, config, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	if _, err := migration.Apply(ctx, s.DB, migration.NewDir(migrate.Migrations()), migration.Options{}); err != nil {
		return nil, err
	}
	if _, err := load.Load(ctx, s.DB, sample.Generate(size, seed), load.Options{}); err != nil {
		return nil, err
	}
	if err := s.vacuum(ctx); err != nil {
		return nil, err
	}
	for table, to := range map[string]*int{"customers": &s.rows.Customers, "orders": &s.rows.Orders, "products": &s.rows.Products} {
		err := s.Query(ctx, "SELECT count(*) FROM "+table, nil, func(v [][]byte) error {
			*to = int(binary.BigEndian.Uint64(v[0]))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", table, err)
		}
	}
	return s, nil
}

// vacuum marks all pages as visible to all, for scans of an index alone. Once is not always enough: a page stays unmarked
// while any session may still see an older state.
func (s *store) vacuum(ctx context.Context) error {
	const tries, pause = 50, 100 * time.Millisecond
	unmarked := int64(0)
	for range tries {
		if _, err := s.Exec(ctx, "VACUUM (FREEZE, ANALYZE)"); err != nil {
			return fmt.Errorf("vacuum the data: %w", err)
		}
		const count = `SELECT coalesce(sum(relpages - relallvisible), 0)::bigint FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema::regnamespace`
		err := s.Query(ctx, count, nil, func(v [][]byte) error {
			unmarked = int64(binary.BigEndian.Uint64(v[0]))
			return nil
		})
		if err != nil {
			return fmt.Errorf("look at the data's pages: %w", err)
		}
		if unmarked == 0 {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return fmt.Errorf("vacuum the data: %d pages are still not visible to all", unmarked)
}

func (s *store) close(ctx context.Context) error {
	var err error
	if s.DB != nil {
		err = s.Close()
	}
	return errors.Join(err, s.server.Stop(context.WithoutCancel(ctx)))
}

// version is what the PostgreSQL calls itself.
func (s *store) version() string { return s.server.Version() }

// environment is what a server needs to reach the data, under a name of its own by which its backends are found. Where
// an address is given, it is that of a proxy.
func (s *store) environment(application, address string) ([]string, error) {
	u, err := url.Parse(s.server.URL())
	if err != nil {
		return nil, fmt.Errorf("read the database's URL: %w", err)
	}
	if address != "" {
		u.Host = address
	}
	query := u.Query()
	query.Set("application_name", application)
	u.RawQuery = query.Encode()
	const collector = "GOGC=400" // as `api serve` has it
	return []string{"DATABASE_URL=" + u.String(), "DATABASE_APPLICATION_NAME=" + application, collector}, nil
}

// address is host:port of the PostgreSQL.
func (s *store) address() (string, error) {
	u, err := url.Parse(s.server.URL())
	if err != nil {
		return "", fmt.Errorf("read the database's URL: %w", err)
	}
	return net.JoinHostPort(u.Hostname(), u.Port()), nil
}
