package devpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// The major versions that Cambium is made for.
const (
	oldestMajor = 14
	newestMajor = 18
)

// versionTimeout bounds one `postgres --version`: it only prints.
const versionTimeout = 10 * time.Second

// binaries is a directory with the programs of one PostgreSQL.
type binaries struct {
	dir string
	// source says how the directory was found: "POSTGRES_BIN", "PATH", "installed" or "fetched".
	source string
	major  int
	// version is the release ("15.13"), banner what postgres says of itself, with its builder.
	version, banner string
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// programs must all be there: Debian's client package alone has none of them.
func programs() []string { return []string{"initdb", "postgres", "pg_ctl"} }

// wellKnownPlaces are where distributions, Homebrew and Postgres.app put the programs. None of the first three is in
// PATH.
func wellKnownPlaces() []string {
	return []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // postgresql.org's packages for Fedora and its kin
		"/usr/libexec/postgresql*",  // Alpine
		"/usr/lib/postgresql*/bin",  // Gentoo, openSUSE
		"/usr/bin",                  // Fedora, Arch, where PATH was emptied
		"/usr/local/pgsql/bin",      // built from source
		"/usr/local/bin",            // FreeBSD
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/opt/local/lib/postgresql*/bin", // MacPorts
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	}
}

// findBinaries returns the first fit set of programs: POSTGRES_BIN, else PATH, else the newest of the places. A set of
// the preferred major version (0: none), the one that made the cluster, comes before all others, except that
// POSTGRES_BIN is always obeyed. Where there is none, unfit says what was passed over and why; the error is for a
// POSTGRES_BIN that does not hold.
func findBinaries(ctx context.Context, cfg Config, who account, prefer int) (found binaries, unfit []string, err error) {
	if dir := cfg.Getenv("POSTGRES_BIN"); dir != "" {
		dir, err := filepath.Abs(dir)
		if err == nil {
			found, err = inspect(ctx, who, dir, "POSTGRES_BIN")
		}
		if err != nil {
			return binaries{}, nil, fmt.Errorf("use POSTGRES_BIN: %w", err)
		}
		return found, nil, nil
	}
	var fit []binaries
	seen := map[string]bool{}
	consider := func(dir, source string) {
		if !hasPrograms(dir) {
			return
		}
		dir = resolve(dir)
		if seen[dir] {
			return
		}
		seen[dir] = true
		set, err := inspect(ctx, who, dir, source)
		if err != nil {
			unfit = append(unfit, err.Error())
			return
		}
		fit = append(fit, set)
	}
	for _, dir := range filepath.SplitList(cfg.Getenv("PATH")) {
		if filepath.IsAbs(dir) {
			consider(dir, "PATH")
		}
	}
	inPath := len(fit)
	if inPath > 0 && (prefer == 0 || fit[0].major == prefer) {
		return fit[0], nil, nil
	}
	for _, place := range cfg.places {
		dirs, err := filepath.Glob(place)
		if err != nil {
			return binaries{}, nil, fmt.Errorf("search %s: %w", place, err)
		}
		for _, dir := range dirs {
			consider(dir, "installed")
		}
	}
	slices.SortStableFunc(fit[inPath:], func(a, b binaries) int { return b.major - a.major })
	if i := slices.IndexFunc(fit, func(b binaries) bool { return b.major == prefer }); i > 0 {
		fit[0] = fit[i]
	}
	if err := context.Cause(ctx); err != nil {
		return binaries{}, nil, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if len(fit) == 0 {
		return binaries{}, unfit, ErrNoBinaries
	}
	return fit[0], nil, nil
}

// resolve follows links in PATH to where the programs are, so that one installation counts once.
func resolve(dir string) string {
	if program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil && hasPrograms(filepath.Dir(program)) {
		return filepath.Dir(program)
	}
	return dir
}

func hasPrograms(dir string) bool {
	for _, program := range programs() {
		info, err := os.Stat(filepath.Join(dir, program))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^ \n]*)`)

// inspect runs postgres as the account, which also shows that the account may.
func inspect(ctx context.Context, who account, dir, source string) (binaries, error) {
	if !hasPrograms(dir) {
		return binaries{}, fmt.Errorf("%s does not hold all of %v", dir, programs())
	}
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	set := binaries{dir: dir, source: source}
	banner, err := who.commandContext(ctx, set.path("postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("run %s as %s: %w", set.path("postgres"), who.name, errors.Join(err, context.Cause(ctx)))
	}
	match := versionPattern.FindSubmatch(banner)
	if match == nil {
		return binaries{}, fmt.Errorf("%s calls itself %q", set.path("postgres"), banner)
	}
	set.banner, set.version = string(banner), string(match[1])
	if set.major, err = strconv.Atoi(string(match[2])); err != nil || set.major < oldestMajor || set.major > newestMajor {
		return binaries{}, fmt.Errorf("%s is PostgreSQL %s, and %d to %d are supported", dir, set.version, oldestMajor, newestMajor)
	}
	return set, nil
}
