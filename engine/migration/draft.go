package migration

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ariga.io/atlas/sql/migrate"
)

const (
	// versionLayout is the time in a file's name, in UTC: Atlas' version.
	versionLayout = "20060102150405"

	// downDir holds the reverse of each file, under its name. Atlas looks at the files of the directory itself only.
	downDir = "down"

	// noTransaction is Atlas' directive for a file that is not run in one transaction.
	noTransaction = "-- atlas:txmode none\n\n"
)

// Written is a file that was written.
type Written struct {
	File
	Path string `json:"path"`           // where it lies
	Down string `json:"down,omitempty"` // where its reverse lies; empty where it has none
}

// draftFile is a file that is to be written.
type draftFile struct {
	name     string
	up, down []byte // down is nil where something cannot be undone
}

// draftFiles lays a plan out in files: what can be done in one transaction, each index, and what looks at every row.
func draftFiles(mem *migrate.MemDir, p Plan, name string, now time.Time) (files []draftFile, err error) {
	var parts [][]Statement
	for from, to := 0, 1; to <= len(p.Statements); to++ {
		if to < len(p.Statements) {
			a, b := p.Statements[from], p.Statements[to]
			if a.stage == b.stage && (a.stage != stageIndex || indexOf(a) == indexOf(b)) {
				continue
			}
		}
		parts = append(parts, p.Statements[from:to])
		from = to
	}
	last, err := lastVersion(mem)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if last, err = nextVersion(now, last); err != nil {
			return nil, fmt.Errorf("write migration: %w", err)
		}
		full := name
		if len(parts) > 1 {
			switch part[0].stage {
			case stageIndex:
				full += "_" + slug(indexOf(part[0]))
			case stageValidate:
				full += "_validate"
			}
		}
		files = append(files, layOut(last+"_"+full+".sql", part))
	}
	return files, nil
}

// indexOf names the index that a statement of stageIndex is about: it stands in quotes in Atlas' comment.
func indexOf(s Statement) string {
	_, rest, _ := strings.Cut(s.Comment, `"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// slug makes a name fit for a file.
func slug(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		if r >= 'A' && r <= 'Z' {
			return unicode.ToLower(r)
		}
		return '_'
	}, name), "_")
}

func lastVersion(mem *migrate.MemDir) (string, error) {
	files, err := mem.Files()
	if err != nil || len(files) == 0 {
		return "", err
	}
	return files[len(files)-1].Version(), nil
}

// layOut writes statements and, backwards, what undoes them. A line of white stands between two tables.
func layOut(name string, all []Statement) draftFile {
	var up, down strings.Builder
	apart := all[0].stage != stageMain
	if apart {
		up.WriteString(noTransaction)
		down.WriteString(noTransaction)
	}
	why := ""
	for i, s := range all {
		if i > 0 && s.subject != all[i-1].subject {
			up.WriteString("\n")
		}
		fmt.Fprintf(&up, "-- %s\n", sentence(s.Comment))
		if s.why != "" && s.why != why {
			fmt.Fprintf(&up, "-- %s\n", s.why)
		}
		why = s.why
		if s.Destructive != "" {
			fmt.Fprintf(&up, "-- DATA LOSS: %s\n", s.Destructive)
		}
		for range s.Drops[:min(len(s.Drops), 1)] {
			fmt.Fprintf(&up, "-- cambium:allow %s allowed by name when this was written: %s\n", lossCode(s), strings.Join(s.Drops, ", "))
		}
		if s.allow != "" {
			fmt.Fprintf(&up, "-- cambium:allow %s\n", s.allow)
		}
		fmt.Fprintf(&up, "%s;\n", s.SQL)
	}
	f := draftFile{name: name, up: []byte(up.String())}
	made := make(map[string]bool) // tables that go as a whole
	for _, s := range all {
		made[s.subject] = made[s.subject] || strings.HasPrefix(s.SQL, "CREATE TABLE")
	}
	for _, s := range slices.Backward(all) {
		if s.Reverse == nil {
			return f
		}
		for _, r := range s.Reverse {
			if made[s.subject] && (strings.HasPrefix(r, "COMMENT ON") || strings.HasPrefix(r, "DROP INDEX")) {
				continue
			}
			if rest, ok := strings.CutPrefix(r, "DROP INDEX CONCURRENTLY "); ok {
				r = "DROP INDEX CONCURRENTLY IF EXISTS " + rest // it can be run again after it was cut short
			}
			fmt.Fprintf(&down, "-- Undo: %s\n%s;\n", s.Comment, r)
		}
	}
	if strings.TrimSpace(strings.TrimPrefix(down.String(), noTransaction)) == "" {
		down.WriteString("-- There is nothing to undo.\n")
	}
	f.down = []byte(down.String())
	return f
}

// lossCode is the code with which lint would name the loss.
func lossCode(s Statement) string {
	if strings.Contains(s.Drops[0], ".") {
		return "DS103"
	}
	return "DS102"
}

func sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// nextVersion is the time, or, where a file is as new as that, the second after it.
func nextVersion(now time.Time, last string) (string, error) {
	v := now.UTC().Format(versionLayout)
	if v > last {
		return v, nil
	}
	t, err := time.Parse(versionLayout, last)
	if err != nil {
		return "", fmt.Errorf("no version comes after %q, which is not a time like %s: rename that file", last, versionLayout)
	}
	return t.Add(time.Second).Format(versionLayout), nil
}

// write puts files into the directory, which is as mem was read from it, and atlas.sum beside them.
func (d *Dir) write(mem *migrate.MemDir, files []draftFile) (written []Written, err error) {
	var paths []string
	defer func() {
		if err == nil {
			return
		}
		err = fmt.Errorf("write migration: %w", err)
		for _, p := range paths {
			err = errors.Join(err, os.Remove(p))
		}
	}()
	put := func(path string, text []byte) error {
		if err := create(path, text); err != nil {
			return err
		}
		paths = append(paths, path)
		return nil
	}
	for _, f := range files {
		w := Written{File: newFile(migrate.NewLocalFile(f.name, f.up)), Path: filepath.Join(d.path, f.name)}
		if err := put(w.Path, f.up); err != nil {
			return nil, err
		}
		if f.down != nil {
			w.Down = filepath.Join(d.path, downDir, f.name)
			if err := os.MkdirAll(filepath.Dir(w.Down), 0o755); err != nil { //nolint:gosec // source code is for everyone
				return nil, err
			}
			if err := put(w.Down, f.down); err != nil {
				return nil, err
			}
		}
		if err := mem.WriteFile(f.name, f.up); err != nil {
			return nil, err
		}
		written = append(written, w)
	}
	return written, d.vouch(mem)
}

// seal gives a directory in memory its atlas.sum.
func seal(mem *migrate.MemDir) error {
	sum, err := mem.Checksum()
	if err != nil {
		return err
	}
	return migrate.WriteSumFile(mem, sum)
}

// vouch writes the atlas.sum of the files.
func (d *Dir) vouch(mem *migrate.MemDir) error {
	sum, err := mem.Checksum()
	if err != nil {
		return err
	}
	text, err := sum.MarshalText()
	if err != nil {
		return err
	}
	path := filepath.Join(d.path, migrate.HashFileName)
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return replace(path, text)
}

// create writes a file that must not be there yet.
func create(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // source code is for everyone
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	return f.Close()
}

// replace writes a file so that a reader sees the old or the new text, never a part.
func replace(path string, data []byte) error {
	next := path + ".next"
	if err := os.WriteFile(next, data, 0o644); err != nil { //nolint:gosec // source code is for everyone
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return nil
}
