package devpg

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
)

// Config says where the server lives and how it is run.
type Config struct {
	// Dir is the directory under which the cluster, its log and its lock are kept, in Dir/postgres. It is made where
	// it is missing. Empty: a temporary directory, removed when the server ends, however the program ends.
	Dir string
	// Database is the database that [Server.URL] names; made where it is missing. Empty: "cambium".
	Database string
	// Volatile trades durability for speed: fsync, full_page_writes and synchronous_commit are off. For tests: a crash
	// of the machine may lose everything. False: PostgreSQL's own, durable defaults.
	Volatile bool
	// Follow is the URL of a running server of which a new cluster is made as a physical copy, and whose changes it then
	// follows, as a hot standby, until it is promoted (pg_promote). It needs pg_basebackup beside the other programs.
	// Empty: a new cluster is empty, and a standby follows whom it followed.
	Follow string
	// Settings are further server settings, by their names in postgresql.conf. They win over those that devpg chooses,
	// except for where the server listens.
	Settings map[string]string
	// Cache is a directory in which a pristine cluster is kept, one for each version of PostgreSQL, and copied instead
	// of running initdb again. Empty: initdb runs for each new cluster.
	Cache string
	// Repository is the Maven repository from which binaries are fetched where the machine has none. Empty: Maven
	// Central.
	Repository string
	// Getenv looks up environment variables (POSTGRES_BIN, PATH). Required.
	Getenv func(string) string
	// Logger says what a person who waits wants to know: a download, a new cluster, a move. Required.
	Logger *slog.Logger

	// places are the globs searched after PATH; nil: the well-known ones. Tests point them at nothing.
	places []string
	// store is where fetched binaries are kept; empty: chosen by fetchStore. Tests keep theirs out of it.
	store string
}

// DefaultDatabase is the name of the database made in a new cluster.
const DefaultDatabase = "cambium"

func (c Config) withDefaults() (Config, error) {
	var faults []error
	if c.Getenv == nil {
		faults = append(faults, errors.New("Getenv is required"))
	}
	if c.Logger == nil {
		faults = append(faults, errors.New("Logger is required"))
	}
	if c.Database == "" {
		c.Database = DefaultDatabase
	}
	if strings.ContainsRune(c.Database, 0) || len(c.Database) > maxIdentifier {
		faults = append(faults, fmt.Errorf("Database %q is no name: at most %d bytes, none of them zero", c.Database, maxIdentifier))
	}
	if c.places == nil {
		c.places = wellKnownPlaces()
	}
	for _, path := range []*string{&c.Dir, &c.Cache} {
		if *path == "" {
			continue
		}
		absolute, err := filepath.Abs(*path)
		if err != nil {
			faults = append(faults, err)
		}
		*path = absolute
	}
	if err := errors.Join(faults...); err != nil {
		return Config{}, fmt.Errorf("configure the private PostgreSQL: %w", err)
	}
	return c, nil
}

// maxIdentifier is NAMEDATALEN - 1, in bytes; PostgreSQL silently cuts longer names.
const maxIdentifier = 63
