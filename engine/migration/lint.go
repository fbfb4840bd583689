package migration

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqlcheck"

	"cambium/engine/database"
)

// Finding is a danger that lint has found.
type Finding struct {
	Code      string `json:"code"`
	File      string `json:"file"`
	Line      int    `json:"line"`                // line on which the statement starts; 1 for the file as a whole
	Statement int    `json:"statement,omitempty"` // number of the statement in the file, from 1; 0 for the file as a whole
	Text      string `json:"text"`                // what was found
	Instead   string `json:"instead"`             // what to do instead
	Allowed   string `json:"allowed,omitempty"`   // the reason with which the file acknowledges it
}

// String is one line, which editors follow to its place.
func (f Finding) String() string {
	s := fmt.Sprintf("%s:%d: %s %s", f.File, f.Line, f.Code, f.Text)
	if f.Allowed != "" {
		return s + " (allowed: " + f.Allowed + ")"
	}
	return s + "\n    instead: " + f.Instead
}

// LintOptions says which files are looked at.
type LintOptions struct {
	// Base holds the files of an earlier state of the directory, such as the main branch's, by name: what it has is not
	// looked at, and must not have changed. nil looks at all files.
	Base Base
	// Latest looks at so many of the newest files only. 0 has no such limit.
	Latest int
}

// Lint looks for danger in migrations: see [Rules]. The files are run statement by statement in a throw-away database on
// the server of db, and what each did is read from the catalog, so that it does not matter how it was written. A comment
// before the statement acknowledges, or one at the head of the file, with an empty line after it, for all of it:
//
//	-- cambium:allow CODE reason
func Lint(ctx context.Context, db *database.DB, dir *Dir, opts LintOptions) (findings []Finding, err error) {
	err = atBench(ctx, db, func(s *session) error {
		mem, err := dir.load()
		if err != nil {
			return err
		}
		if findings, err = opts.Base.compare(mem); err != nil {
			return err
		}
		tmp, err := newScratch(ctx, s.conn, db.Config(), s.home())
		if err != nil {
			return fmt.Errorf("lint: %w", err)
		}
		defer func() { err = errors.Join(err, tmp.drop(ctx, s.conn)) }()
		more, err := lintAll(ctx, tmp.DB, dir, mem, opts)
		findings = append(findings, more...)
		return err
	})
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code))
	})
	return findings, err
}

func lintAll(ctx context.Context, db *sql.DB, dir *Dir, mem *migrate.MemDir, opts LintOptions) (findings []Finding, err error) {
	s, err := openSession(ctx, db)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	s.dirty = true
	files, err := mem.Files()
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	var all []*linter
	for i, f := range files {
		local, ok := f.(*migrate.LocalFile)
		if !ok {
			return nil, fmt.Errorf("lint %s: it is a %T", f.Name(), f)
		}
		_, old := opts.Base[f.Name()]
		l := &linter{session: s, file: local, quiet: old || opts.Latest > 0 && i < len(files)-opts.Latest}
		if err := l.lint(ctx, dir); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	end, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.quiet {
			continue
		}
		l.missingIndexes(end)
		l.acknowledge()
		findings = append(findings, l.findings...)
	}
	return findings, nil
}

// linter looks at one file.
type linter struct {
	*session
	file     *migrate.LocalFile
	quiet    bool // the file is only run, for those after it
	inTx     bool
	stmts    []*migrate.Stmt
	start    snapshot // before the file
	end      snapshot // after the file
	changes  []*sqlcheck.Change
	findings []Finding
}

func (l *linter) lint(ctx context.Context, dir *Dir) (err error) {
	if l.inTx, err = ownTx(l.file); err != nil {
		return err
	}
	if l.stmts, err = statements(l.file); err != nil {
		return fmt.Errorf("lint %s: split into statements: %w", l.file.Name(), err)
	}
	if l.quiet {
		for i := range l.stmts {
			if err := l.execute(ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	if l.start, err = l.snapshot(ctx); err != nil {
		return err
	}
	first, err := l.inspect(ctx, l.schema)
	if err != nil {
		return err
	}
	before, tables := l.start, first
	for i := range l.stmts {
		if err := l.execute(ctx, i); err != nil {
			return err
		}
		after, err := l.snapshot(ctx)
		if err != nil {
			return err
		}
		l.compare(i, before, after)
		// Comments, views and rows are no business of Atlas' analyzers, and reading all tables takes a while.
		if !equalSnapshots(before, after) {
			now, err := l.inspect(ctx, l.schema)
			if err != nil {
				return err
			}
			if err := l.atlasChange(i, tables, now, before, after); err != nil {
				return err
			}
			tables = now
		}
		before = after
	}
	l.end = before
	if err := l.analyze(ctx, first, tables); err != nil {
		return err
	}
	if _, err := dir.down(newFile(l.file)); errors.Is(err, ErrIrreversible) {
		l.report(-1, ruleIrreversible, "there is no "+downDir+"/"+l.file.Name())
	}
	return nil
}

func equalSnapshots(a, b snapshot) bool {
	if len(a) != len(b) {
		return false
	}
	for t, is := range a {
		if b[t] != is {
			return false
		}
	}
	return true
}

func (l *linter) execute(ctx context.Context, i int) error {
	if err := l.exec(ctx, l.stmts[i].Text); err != nil {
		return &StatementError{
			File: l.file.Name(), Line: lineAt(l.file.Bytes(), l.stmts[i].Pos), Statement: i + 1, Total: len(l.stmts),
			SQL: l.stmts[i].Text, SQLState: sqlState(err), Err: err,
		}
	}
	return nil
}

// report notes a finding about a statement, or, if that is below 0, about the file.
func (l *linter) report(i int, code, text string) {
	r, _ := ruleOf(code)
	f := Finding{Code: code, File: l.file.Name(), Line: 1, Text: text, Instead: r.Instead}
	if i >= 0 {
		f.Line, f.Statement = lineAt(l.file.Bytes(), l.stmts[i].Pos), i+1
	}
	l.findings = append(l.findings, f)
}

// allowance is what an acknowledgement looks like.
var allowance = regexp.MustCompile(`(?m)^--[ \t]*cambium:allow[ \t]*(\S*)[ \t]*(.*)$`)

// acknowledge marks what the file allows, and reports what allows nothing.
func (l *linter) acknowledge() {
	head, _, _ := strings.Cut(string(l.file.Bytes()), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		if !strings.HasPrefix(line, "--") {
			head = "" // it begins with a statement
		}
	}
	l.allow(head, 0)
	for i, st := range l.stmts {
		l.allow(strings.Join(st.Comments, "\n"), i+1)
	}
}

// allow marks the findings of a statement; 0 is any.
func (l *linter) allow(comments string, statement int) {
	for _, m := range allowance.FindAllStringSubmatch(comments, -1) {
		code, reason := m[1], strings.TrimSpace(m[2])
		if _, known := ruleOf(code); !known || reason == "" {
			l.report(max(statement-1, -1), ruleAllowNoReason, "it says: "+strings.TrimSpace(m[0]))
			continue
		}
		for i := range l.findings {
			if f := &l.findings[i]; f.Code == code && (statement == 0 || f.Statement == statement) {
				f.Allowed = reason
			}
		}
	}
}

// Unallowed are the findings that nobody has acknowledged.
func Unallowed(all []Finding) (left []Finding) {
	for _, f := range all {
		if f.Allowed == "" {
			left = append(left, f)
		}
	}
	return left
}

// Base is an earlier state of a directory: its files by name.
type Base map[string]string

// compare finds what was changed behind the base's back, and what is new and older than it.
func (b Base) compare(mem *migrate.MemDir) (findings []Finding, err error) {
	files, err := mem.Files()
	if err != nil {
		return nil, fmt.Errorf("lint: %w", err)
	}
	add := func(name, code, text string) {
		r, _ := ruleOf(code)
		findings = append(findings, Finding{Code: code, File: name, Line: 1, Text: text, Instead: r.Instead})
	}
	newest := ""
	left := make(map[string]bool)
	for name := range b {
		newest = max(newest, migrate.NewLocalFile(name, nil).Version())
		left[name] = true
	}
	for _, f := range files {
		delete(left, f.Name())
		switch text, known := b[f.Name()]; {
		case known && text != string(f.Bytes()):
			add(f.Name(), ruleHistory, "it was changed since the base")
		case !known && f.Version() <= newest:
			add(f.Name(), ruleNonLinear, "the base has a file of version "+newest)
		}
	}
	for name := range left {
		add(name, ruleHistory, "it was removed since the base")
	}
	return findings, nil
}

// BaseOf reads the files of another directory.
func BaseOf(fsys fs.FS) (Base, error) {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("read the base: %w", err)
	}
	base := make(Base)
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read the base: %w", err)
		}
		base[name] = string(text)
	}
	return base, nil
}
