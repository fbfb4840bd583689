package pull

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNotEmpty: the directory has files already, and nothing was written.
var ErrNotEmpty = errors.New("the directory is not empty")

// objectsDir is where the SQL beside the schema lies.
const objectsDir = "objects"

// file is a file that is to be written.
type file struct {
	path string
	text []byte
}

// Write writes the schema into a directory, which must be empty or not be there: a Go file for each entity, and the SQL
// beside them in objects/. It returns the paths of the files.
func (m *Model) Write(dir string) (paths []string, err error) {
	switch entries, err := os.ReadDir(dir); {
	case err == nil && len(entries) > 0:
		return nil, fmt.Errorf("pull: %s: %w: nothing was written", dir, ErrNotEmpty)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("pull: %w", err)
	}
	files, err := m.files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // source code is for everyone
			return paths, fmt.Errorf("pull: %w", err)
		}
		if err := os.WriteFile(path, f.text, 0o644); err != nil { //nolint:gosec // source code is for everyone
			return paths, fmt.Errorf("pull: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func (m *Model) files() (files []file, err error) {
	files = append(files,
		file{"doc.go", []byte("// Package schema was read from a database.\npackage schema\n")},
		file{filepath.Join(objectsDir, "embed.go"), []byte(embedded)})
	for _, t := range m.tables {
		if t.entity == "" {
			continue
		}
		text, err := format.Source([]byte(m.source(t)))
		if err != nil {
			return nil, fmt.Errorf("pull: write %s: %w", t.entity, err)
		}
		files = append(files, file{strings.ToLower(t.entity) + ".go", text})
	}
	for name, stmts := range m.sql() {
		if len(stmts) > 0 {
			files = append(files, file{filepath.Join(objectsDir, name), []byte(strings.Join(stmts, ";\n\n") + ";\n")})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, nil
}

const embedded = `// Package objects holds the SQL of what the schema has beside its tables.
package objects

import "embed"

// Files are the SQL files of this directory.
//
//go:embed *
var Files embed.FS
`

// imports are the packages that the text of a file may need, by how it names them.
var imports = [][2]string{
	{"json.", "encoding/json"},
	{"ent.", "entgo.io/ent"},
	{"dialect.", "entgo.io/ent/dialect"},
	{"entsql.", "entgo.io/ent/dialect/entsql"},
	{"schema.", "entgo.io/ent/schema"},
	{"edge.", "entgo.io/ent/schema/edge"},
	{"field.", "entgo.io/ent/schema/field"},
	{"index.", "entgo.io/ent/schema/index"},
	{"uuid.", "github.com/google/uuid"},
	{"decimal.", "github.com/shopspring/decimal"},
}

// source is an entity as Go, not formatted.
func (m *Model) source(t *table) string {
	var b bytes.Buffer
	list := func(method, of string, items []string) {
		if len(items) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n// %[1]s of the %[2]s.\nfunc (%[2]s) %[1]s() []%[3]s {\n\treturn []%[3]s{\n", method, t.entity, of)
		for _, item := range items {
			fmt.Fprintf(&b, "\t\t%s,\n", item)
		}
		b.WriteString("\t}\n}\n")
	}
	fmt.Fprintf(&b, "// %s is a row of the table %s.\ntype %[1]s struct{ ent.Schema }\n", t.entity, t.name)
	var fields, edges, indexes []string
	for _, c := range t.columns {
		fields = append(fields, t.code(m, c))
	}
	list("Fields", "ent.Field", fields)
	for _, e := range t.edges {
		if e.code != "" {
			edges = append(edges, e.code)
		}
	}
	list("Edges", "ent.Edge", edges)
	for _, i := range t.indexes {
		if !i.plain {
			continue
		}
		var names []string
		for _, c := range i.columns {
			names = append(names, fmt.Sprintf("%q", t.column(c).field))
		}
		unique := ""
		if i.unique {
			unique = ".Unique()"
		}
		indexes = append(indexes, fmt.Sprintf("index.Fields(%s).StorageKey(%q)%s", strings.Join(names, ", "), i.name, unique))
	}
	list("Indexes", "ent.Index", indexes)
	list("Annotations", "schema.Annotation", t.annotations())
	var head strings.Builder
	head.WriteString("package schema\n\nimport (\n")
	for _, i := range imports {
		if strings.Contains(b.String(), i[0]) {
			fmt.Fprintf(&head, "\t%q\n", i[1])
		}
	}
	return head.String() + ")\n\n" + b.String()
}

func (t *table) annotations() []string {
	all := []string{fmt.Sprintf("entsql.Annotation{Table: %q}", t.name), "entsql.WithComments(true)"}
	if t.ids {
		all = append(all, fmt.Sprintf("field.ID(%q, %q)", t.column(t.key.columns[0]).field, t.column(t.key.columns[1]).field))
	}
	var checks []string
	for _, k := range t.checks {
		if expr, ok := checkExpr(k.def); ok {
			checks = append(checks, fmt.Sprintf("%q: %q", k.name, expr))
		}
	}
	if len(checks) > 0 {
		all = append(all, "entsql.Checks(map[string]string{\n"+strings.Join(checks, ",\n")+",\n})")
	}
	if t.comment != "" && bearable(t.comment) {
		all = append(all, fmt.Sprintf("schema.Comment(%q)", t.comment))
	}
	return all
}

// bearable reports whether ent, which puts some texts into Go as they are, can bear it.
func bearable(text string) bool { return !strings.ContainsAny(text, "\"\\\n") }

// checkExpr is the expression of a check that is nothing else besides, if ent can bear it.
func checkExpr(def string) (string, bool) {
	expr, ok := strings.CutPrefix(def, "CHECK (")
	if !ok || !strings.HasSuffix(expr, ")") || !bearable(expr) {
		return "", false
	}
	return strings.TrimSuffix(expr, ")"), true
}
