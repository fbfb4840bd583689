package migration

import (
	"slices"

	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"
)

// step is some changes that are written together, or one statement that Atlas has no change for.
type step struct {
	changes   []schema.Change
	statement *Statement
	stage     stage
	why       string
	comment   string // what it does, where Atlas' words are too general
	allow     string // what lint would say and does not apply: a code and the reason
}

const (
	whyConcurrently = "Alone and outside a transaction, so that the table can be read and written while the index is built."
	whyNotValid     = "NOT VALID: new rows are checked from here on; the old ones by VALIDATE, in a file after this one, which blocks nobody."
	whyValidate     = "Looks at every row, while others read and write."
	whyNotNull      = "SET NOT NULL alone would look at every row while nobody may read; a validated check spares it that."
)

// online takes a change of tables apart, so that nobody who uses them waits for longer than a moment: indexes of tables
// that exist are built and dropped CONCURRENTLY, constraints come NOT VALID and are validated later, and a column that
// becomes NOT NULL does so over a validated check.
func online(changes []schema.Change) []step {
	var main, later []step
	for _, c := range changes {
		m, ok := c.(*schema.ModifyTable)
		if !ok {
			main = append(main, step{changes: []schema.Change{c}})
			continue
		}
		now, more := onlineTable(m)
		main, later = append(main, now...), append(later, more...)
	}
	// Atlas orders tables by what they refer to, so what has no reason of its own is planned together.
	var together []schema.Change
	var apart []step
	for _, s := range main {
		if s.why == "" {
			together = append(together, s.changes...)
		} else {
			apart = append(apart, s)
		}
	}
	return slices.Concat([]step{{changes: together}}, apart, later)
}

func onlineTable(m *schema.ModifyTable) (main, later []step) {
	var kept []schema.Change
	only := func(changes ...schema.Change) []schema.Change {
		return []schema.Change{&schema.ModifyTable{T: m.T, Changes: changes}}
	}
	concurrently := []schema.Clause{&postgres.Concurrently{}}
	index := func(allow string, changes ...schema.Change) {
		later = append(later, step{changes: only(changes...), stage: stageIndex, why: whyConcurrently, allow: allow})
	}
	empty := make(map[string]bool) // columns that come with this change, and hold NULL, which is no duplicate
	for _, c := range m.Changes {
		if a, ok := c.(*schema.AddColumn); ok && a.C.Type.Null && a.C.Default == nil {
			empty[a.C.Name] = true
		}
	}
	validate := func(constraint string) {
		later = append(later, step{stage: stageValidate, statement: &Statement{
			SQL: "ALTER TABLE " + quoteIdent(m.T.Name) + " VALIDATE CONSTRAINT " + quoteIdent(constraint), Reverse: []string{},
			Comment: `check the rows of "` + m.T.Name + `" against "` + constraint + `"`,
			subject: m.T.Name, stage: stageValidate, why: whyValidate,
		}})
	}
	notValid := []schema.Clause{&postgres.NotValid{}}
	add := func(name string, c schema.Change) {
		main = append(main, step{changes: only(c), why: whyNotValid, comment: `add constraint "` + name + `" to table "` + m.T.Name + `"`})
		validate(name)
	}
	for _, c := range m.Changes {
		switch c := c.(type) {
		case *schema.AddIndex:
			allow := ""
			if c.I.Unique && slices.ContainsFunc(c.I.Parts, func(p *schema.IndexPart) bool { return p.C != nil && empty[p.C.Name] }) {
				allow = "MF101 the column is new and has no duplicates"
			}
			index(allow, &schema.AddIndex{I: c.I, Extra: concurrently})
		case *schema.ModifyIndex:
			index("", &schema.DropIndex{I: c.From, Extra: concurrently}, &schema.AddIndex{I: c.To, Extra: concurrently})
		case *schema.AddForeignKey:
			add(c.F.Symbol, &schema.AddForeignKey{F: c.F, Extra: notValid})
		case *schema.ModifyForeignKey:
			kept = append(kept, &schema.DropForeignKey{F: c.From})
			add(c.To.Symbol, &schema.AddForeignKey{F: c.To, Extra: notValid})
		case *schema.AddCheck:
			add(c.C.Name, &schema.AddCheck{C: c.C, Extra: notValid})
		case *schema.ModifyCheck:
			kept = append(kept, &schema.DropCheck{C: c.From})
			add(c.To.Name, &schema.AddCheck{C: c.To, Extra: notValid})
		case *schema.ModifyColumn:
			if c.Change != schema.ChangeNull || !c.From.Type.Null {
				kept = append(kept, c)
				continue
			}
			check := schema.NewCheck().SetName(m.T.Name + "_" + c.To.Name + "_not_null").SetExpr(quoteIdent(c.To.Name) + " IS NOT NULL")
			add(check.Name, &schema.AddCheck{C: check, Extra: notValid})
			later = append(later,
				step{changes: only(c), stage: stageValidate, why: whyNotNull, comment: `forbid NULL in column "` + c.To.Name + `" of table "` + m.T.Name + `"`},
				step{changes: only(&schema.DropCheck{C: check}), stage: stageValidate, comment: `drop constraint "` + check.Name + `", which has done its work`})
		default:
			kept = append(kept, c)
		}
	}
	if len(kept) > 0 {
		main = append([]step{{changes: only(kept...)}}, main...)
	}
	return main, later
}
