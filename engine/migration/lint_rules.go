package migration

import (
	"context"
	"fmt"
	"strings"

	"ariga.io/atlas/sql/postgres"
	_ "ariga.io/atlas/sql/postgres/postgrescheck" // registers Atlas' analyzers
	"ariga.io/atlas/sql/schema"
	"ariga.io/atlas/sql/sqlcheck"
	"ariga.io/atlas/sql/sqlclient"
)

// compare looks at what a statement did to the tables that were there before the file: nobody uses the others yet.
func (l *linter) compare(i int, before, after snapshot) {
	text := l.stmts[i].Text
	for t, is := range after {
		table, existed := l.start.table(t.table)
		if !existed {
			continue
		}
		was, known := before[t]
		switch t.kind {
		case "table":
			if known && was.what != is.what && was.what != "0" {
				l.report(i, ruleRewrite, fmt.Sprintf("table %q is written anew, and nobody can use it meanwhile", table.name))
			}
		case "column":
			l.compareColumn(i, t, table.name, was, is, known, before)
		case "index":
			if !known && !alone(text) {
				l.report(i, ruleIndexBlocks, fmt.Sprintf("nobody can write to %q while index %q is built", table.name, is.name))
			}
		case "foreign key", "check":
			l.compareConstraint(i, t, table.name, was, is, known)
		}
	}
	for t, was := range before {
		table, existed := l.start.table(t.table)
		if _, kept := after[t]; kept || !existed {
			continue
		}
		if _, old := l.start[t]; !old {
			continue // it came with this file
		}
		switch t.kind {
		case "table":
			l.report(i, ruleDropped, fmt.Sprintf("table %q is dropped, which the previous release may use", was.name))
		case "column":
			if _, there := after.table(t.table); there {
				l.report(i, ruleDropped, fmt.Sprintf("column %q of table %q is dropped, which the previous release may use", was.name, table.name))
			}
		}
	}
}

func (l *linter) compareColumn(i int, t thing, table string, was, is trait, known bool, before snapshot) {
	switch {
	case !known && is.inForce && !strings.HasSuffix(is.what, " DEFAULT"):
		l.report(i, ruleInsertsFail, fmt.Sprintf("column %q of table %q is NOT NULL and has no default", is.name, table))
	case !known:
	case !was.inForce && is.inForce && !before.forbidsNull(t.table, is.name):
		l.report(i, ruleNotNullScan, fmt.Sprintf("every row of %q is looked at for a NULL in %q, and nobody can use the table meanwhile", table, is.name))
	}
	if a, b := strings.TrimSuffix(was.what, " DEFAULT"), strings.TrimSuffix(is.what, " DEFAULT"); known && a != b {
		l.report(i, ruleTypeChanged, fmt.Sprintf("column %q of table %q was %s and is %s", is.name, table, a, b))
	}
}

// compareConstraint reports one that looks at the rows there and then: because it came validated, or because it is
// validated in the transaction that added it and so has kept its lock.
func (l *linter) compareConstraint(i int, t thing, table string, was, is trait, known bool) {
	if !is.inForce || known && was.inForce {
		return
	}
	if _, old := l.start[t]; known && (old || !l.inTx) {
		return
	}
	code, what := ruleCheckScan, "nobody can use the table"
	if t.kind == "foreign key" {
		code, what = ruleForeignScan, "nobody can write to it or to the table that it refers to"
	}
	l.report(i, code, fmt.Sprintf("every row of %q is held against %q, and %s meanwhile", table, is.name, what))
}

// missingIndexes looks at the foreign keys that came with the file, once all files are applied: an index has a file of its
// own, after them.
func (l *linter) missingIndexes(end snapshot) {
	for t, is := range l.end {
		if _, old := l.start[t]; old || t.kind != "foreign key" {
			continue
		}
		if _, kept := end[t]; !kept || end.indexed(t.table, is.what) {
			continue
		}
		table, _ := end.table(t.table)
		at := -1
		for i, st := range l.stmts {
			if strings.Contains(st.Text, quoteIdent(is.name)) || strings.Contains(st.Text, is.name) {
				at = i
				break
			}
		}
		l.report(at, ruleForeignIndex, fmt.Sprintf("foreign key %q of table %q has no index", is.name, table.name))
	}
}

// atlasChange notes what a statement changed, in Atlas' words. Its comparison sees a rename as a drop and an addition; the
// catalog knows better.
func (l *linter) atlasChange(i int, from, to *schema.Schema, before, after snapshot) error {
	changes, err := l.driver.SchemaDiff(from, to)
	if err != nil {
		return fmt.Errorf("lint %s: compare: %w", l.file.Name(), err)
	}
	for t, was := range before {
		is, kept := after[t]
		if !kept || was.name == is.name {
			continue
		}
		switch t.kind {
		case "table":
			changes = renameTable(changes, was.name, is.name)
		case "column":
			changes = renameColumn(changes, is.name, was.name)
		}
	}
	l.changes = append(l.changes, &sqlcheck.Change{Stmt: l.stmts[i], Changes: changes})
	return nil
}

func renameTable(changes []schema.Change, from, to string) (out []schema.Change) {
	r := &schema.RenameTable{}
	for _, c := range changes {
		switch c := c.(type) {
		case *schema.DropTable:
			if c.T.Name == from {
				r.From = c.T
				continue
			}
		case *schema.AddTable:
			if c.T.Name == to {
				r.To = c.T
				continue
			}
		}
		out = append(out, c)
	}
	if r.From == nil || r.To == nil {
		return changes
	}
	return append(out, r)
}

func renameColumn(changes []schema.Change, to, from string) []schema.Change {
	for _, c := range changes {
		m, ok := c.(*schema.ModifyTable)
		if !ok {
			continue
		}
		r := &schema.RenameColumn{}
		var rest []schema.Change
		for _, c := range m.Changes {
			switch c := c.(type) {
			case *schema.DropColumn:
				if c.C.Name == from {
					r.From = c.C
					continue
				}
			case *schema.AddColumn:
				if c.C.Name == to {
					r.To = c.C
					continue
				}
			}
			rest = append(rest, c)
		}
		if r.From != nil && r.To != nil {
			rest = append(rest, r)
			m.Changes = rest
		}
	}
	return changes
}

// analyze has Atlas' analyzers look at the file.
func (l *linter) analyze(ctx context.Context, from, to *schema.Schema) error {
	analyzers, err := sqlcheck.AnalyzerFor(postgres.DriverName, nil)
	if err != nil {
		return fmt.Errorf("lint %s: %w", l.file.Name(), err)
	}
	sum, err := l.driver.SchemaDiff(from, to)
	if err != nil {
		return fmt.Errorf("lint %s: compare: %w", l.file.Name(), err)
	}
	reported := false
	pass := &sqlcheck.Pass{
		Dev: &sqlclient.Client{Name: postgres.DriverName, Driver: l.driver},
		File: &sqlcheck.File{
			File: l.file, Changes: l.changes, Sum: sum,
			From: &schema.Realm{Schemas: []*schema.Schema{from}}, To: &schema.Realm{Schemas: []*schema.Schema{to}},
		},
		Reporter: sqlcheck.ReportWriterFunc(func(r sqlcheck.Report) {
			reported = true
			for _, d := range r.Diagnostics {
				l.reportAtlas(d)
			}
		}),
	}
	for _, a := range analyzers {
		reported = false
		// Some fail with what they have reported, so that the CLI ends with an error.
		if err := a.Analyze(ctx, pass); err != nil && !reported {
			return fmt.Errorf("lint %s: %w", l.file.Name(), err)
		}
	}
	return nil
}

// reportAtlas takes over a diagnostic, unless the catalog has shown that there is nothing to it.
func (l *linter) reportAtlas(d sqlcheck.Diagnostic) {
	at := -1
	for i, st := range l.stmts {
		if st.Pos == d.Pos {
			at = i
		}
	}
	if d.Code == "MF104" && !l.reported(at, ruleNotNullScan) {
		return // a validated check has seen to it
	}
	l.report(at, d.Code, d.Text)
}

func (l *linter) reported(i int, code string) bool {
	for _, f := range l.findings {
		if f.Statement == i+1 && f.Code == code {
			return true
		}
	}
	return false
}
