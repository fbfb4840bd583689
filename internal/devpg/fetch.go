package devpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// fetchMajor is the version fetched for a new cluster.
const fetchMajor = 17

// fetchTimeout bounds a download of some 10 MB.
const fetchTimeout = 5 * time.Minute

func fetchable() map[int]embeddedpostgres.PostgresVersion {
	return map[int]embeddedpostgres.PostgresVersion{
		14: embeddedpostgres.V14, 15: embeddedpostgres.V15, 16: embeddedpostgres.V16,
		17: embeddedpostgres.V17, 18: embeddedpostgres.V18,
	}
}

// fetchBinaries downloads PostgreSQL once, of the version that the cluster needs (0: any), into a directory that the
// account can enter.
func fetchBinaries(ctx context.Context, cfg Config, h home, major int, unfit []string) (binaries, error) {
	if major == 0 {
		major = fetchMajor
	}
	version, known := fetchable()[major]
	if !known {
		return binaries{}, noBinaries(unfit, fmt.Errorf("PostgreSQL %d, which made the cluster, cannot be fetched", major))
	}
	store := cfg.store
	if store == "" {
		var err error
		if store, err = fetchStore(ctx, h); err != nil {
			return binaries{}, noBinaries(unfit, err)
		}
	}
	target := filepath.Join(store, "postgresql-"+string(version))
	if set, err := inspect(ctx, h.who, filepath.Join(target, "bin"), "fetched"); err == nil {
		return set, nil
	}
	cfg.Logger.InfoContext(ctx, "no PostgreSQL on this machine: fetching one, once", "version", string(version), "into", target)
	if err := fetch(ctx, cfg, version, store, target); err != nil {
		return binaries{}, noBinaries(unfit, err)
	}
	set, err := inspect(ctx, h.who, filepath.Join(target, "bin"), "fetched")
	if err != nil {
		return binaries{}, noBinaries(unfit, err)
	}
	return set, nil
}

// fetchStore chooses where fetched binaries are kept: the user's cache, for root the machine's where its own is closed
// to the account, at last the home.
func fetchStore(ctx context.Context, h home) (string, error) {
	var places []string
	if cache, err := os.UserCacheDir(); err == nil {
		places = append(places, filepath.Join(cache, "cambium"))
	}
	if h.who.drop {
		places = append(places, "/var/cache/cambium")
	}
	for _, place := range append(places, h.file("binaries")) {
		if os.MkdirAll(place, 0o755) == nil && h.who.reaches(ctx, place) { //nolint:gosec // public programs, for the server's user
			return place, nil
		}
	}
	return "", errors.New("there is no directory to keep it in")
}

// fetch downloads and unpacks next to target, then renames. The library does nothing but a whole start; it is given a
// data directory that no server accepts, so that its start ends after the unpacking, which inspect then judges.
func fetch(ctx context.Context, cfg Config, version embeddedpostgres.PostgresVersion, store, target string) error {
	stage, err := os.MkdirTemp(store, "fetch-")
	if err != nil {
		return err
	}
	if err := os.Chmod(stage, 0o755); err != nil { //nolint:gosec // public programs, for the server's user
		return err
	}
	data := filepath.Join(stage, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	major, _, _ := strings.Cut(string(version), ".")
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte(major), 0o600); err != nil {
		return err
	}
	port, err := freePort(ctx, 0)
	if err != nil {
		return err
	}
	unpacked := filepath.Join(stage, "postgresql")
	library := embeddedpostgres.DefaultConfig().
		Version(version).Port(uint32(port)).Logger(io.Discard).
		CachePath(filepath.Join(stage, "archive")).RuntimePath(filepath.Join(stage, "runtime")).
		DataPath(data).BinariesPath(unpacked)
	if cfg.Repository != "" {
		library = library.BinaryRepositoryURL(cfg.Repository)
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	started := make(chan error, 1)
	// The library knows no context: on a timeout its download is left to itself, and so is the directory.
	go func() { started <- embeddedpostgres.NewDatabase(library).Start() }()
	select {
	case err = <-started:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { _ = os.RemoveAll(stage) }()
	if !hasPrograms(filepath.Join(unpacked, "bin")) {
		return err
	}
	if err := os.Rename(unpacked, target); err != nil && !hasPrograms(filepath.Join(target, "bin")) {
		return err
	}
	return nil
}
