package migration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"
)

// indent is what Atlas puts before each line within a statement's parentheses; atlas.hcl says the same.
const indent = "  "

// Plan is a list of statements that bring one schema to another, in order. It is empty when nothing is to be done.
type Plan struct {
	Statements []Statement `json:"statements"`
	// Versioned says that the database has a migration history. A push does not add to it, so that the next migration
	// with the same change will fail there.
	Versioned bool `json:"versioned,omitempty"`
}

// Statement is a statement of a plan.
type Statement struct {
	SQL         string   `json:"sql"`                   // without a semicolon
	Comment     string   `json:"comment,omitempty"`     // what it does, such as: create "orders" table
	Destructive string   `json:"destructive,omitempty"` // what it may lose, such as: drops column "fax" of table "customers"; empty for nothing
	Drops       []string `json:"drops,omitempty"`       // the names of what it drops: a table, table.column, or an object such as: view totals
	Reverse     []string `json:"reverse,omitempty"`     // statements that undo it, in order; none where it cannot be undone

	subject string // table, or object, that it is about: what groups statements in a file
	why     string // why it is written as it is
	allow   string // what lint would say and does not apply
	stage   stage  // file that it goes into
}

// stage is the part of an online plan that a statement belongs to. Those of one stage share a file and its transaction;
// each index has a file of its own, without one.
type stage int

const (
	stageMain     stage = iota
	stageIndex          // built or dropped CONCURRENTLY
	stageValidate       // looks at every row, under a lock that lets others read and write
)

// Empty reports whether nothing is to be done.
func (p Plan) Empty() bool { return len(p.Statements) == 0 }

// Destructive lists the statements that may lose data.
func (p Plan) Destructive() (all []Statement) {
	for _, s := range p.Statements {
		if s.Destructive != "" {
			all = append(all, s)
		}
	}
	return all
}

// String is the plan as SQL, a comment before each statement.
func (p Plan) String() string {
	var b strings.Builder
	for _, s := range p.Statements {
		if s.Comment != "" {
			fmt.Fprintf(&b, "-- %s\n", s.Comment)
		}
		if s.Destructive != "" {
			fmt.Fprintf(&b, "-- DATA LOSS: %s\n", s.Destructive)
		}
		fmt.Fprintf(&b, "%s;\n", s.SQL)
	}
	return b.String()
}

// equal reports whether both plans run the same statements.
func (p Plan) equal(o Plan) bool { return p.String() == o.String() }

// way is how a plan is made.
type way struct {
	online  bool // for a database in use: indexes CONCURRENTLY, constraints NOT VALID first
	lenient bool // extensions that nobody declared are the server's business
	rebuild bool // every view, policy and trigger is made anew, because a change of a table needs it gone
}

// plan compares two schemas, both as PostgreSQL presents them. The statements name no schema: they work in the one that
// the connection's search_path chooses, as those of the Atlas CLI with ent:// do.
func (s *session) plan(ctx context.Context, current, desired state, how way) (Plan, error) {
	// The schema itself is not part of the comparison: its name and comment are the server's business.
	desired.tables.Name, desired.tables.Attrs = current.tables.Name, current.tables.Attrs
	changes, err := s.driver.SchemaDiff(current.tables, desired.tables, schema.DiffNormalized())
	if err != nil {
		return Plan{}, fmt.Errorf("compare schemas: %w", err)
	}
	if err := checkIdentities(changes); err != nil {
		return Plan{}, err
	}
	first, later, last := planObjects(current.objects, desired.objects, how)
	plan := Plan{Statements: first}
	steps := []step{{changes: changes}}
	if how.online {
		steps = online(changes)
	}
	for _, step := range steps {
		more, err := s.planStep(ctx, step)
		if err != nil {
			return Plan{}, err
		}
		plan.Statements = append(plan.Statements, more...)
	}
	plan.Statements = append(plan.Statements, later...)
	plan.Statements = append(plan.Statements, last...)
	slices.SortStableFunc(plan.Statements, func(a, b Statement) int { return cmp.Compare(a.stage, b.stage) })
	return plan, nil
}

// planStep has Atlas write the statements of some changes.
func (s *session) planStep(ctx context.Context, step step) ([]Statement, error) {
	if step.statement != nil {
		return []Statement{*step.statement}, nil
	}
	if len(step.changes) == 0 {
		return nil, nil
	}
	p, err := s.driver.PlanChanges(ctx, "plan", step.changes, unqualified, func(o *migrate.PlanOptions) {
		if step.why == "" { // what has a reason of its own is one clause, and one line
			o.Indent = indent
		}
	})
	if err != nil {
		return nil, fmt.Errorf("plan changes: %w", err)
	}
	all := make([]Statement, len(p.Changes))
	for i, c := range p.Changes {
		if len(c.Args) > 0 {
			return nil, errors.New("plan changes: Atlas planned a statement with arguments, which no file can hold")
		}
		reverse, err := c.ReverseStmts()
		if err != nil {
			return nil, fmt.Errorf("plan changes: %w", err)
		}
		lost, drops := losses(c)
		all[i] = Statement{
			SQL: c.Cmd, Comment: cmp.Or(step.comment, c.Comment), Destructive: strings.Join(lost, ", "), Drops: drops, Reverse: reverse,
			subject: tableOf(c), why: step.why, allow: step.allow, stage: step.stage,
		}
	}
	return all, nil
}

// tableOf names the table that a change is about, or nothing.
func tableOf(c *migrate.Change) string {
	switch src := c.Source.(type) {
	case *schema.AddTable:
		return src.T.Name
	case *schema.ModifyTable:
		return src.T.Name
	case *schema.DropTable:
		return src.T.Name
	default:
		return ""
	}
}

// checkIdentities refuses to turn an existing column into an identity column, or back: Atlas plans a statement for it that
// PostgreSQL refuses, and which number the sequence has to start with only the data can tell.
func checkIdentities(changes []schema.Change) error {
	for _, c := range changes {
		table, ok := c.(*schema.ModifyTable)
		if !ok {
			continue
		}
		for _, c := range table.Changes {
			m, ok := c.(*schema.ModifyColumn)
			if !ok || !m.Change.Is(schema.ChangeAttr) {
				continue
			}
			do := "ADD GENERATED BY DEFAULT AS IDENTITY, and set its sequence"
			switch was, is := isIdentity(m.From), isIdentity(m.To); {
			case was == is:
				continue
			case was:
				do = "DROP IDENTITY"
			}
			return fmt.Errorf("plan changes: an existing column cannot be planned to become an identity, or to cease to be one: first run: ALTER TABLE %s ALTER COLUMN %s %s",
				quoteIdent(table.T.Name), quoteIdent(m.From.Name), do)
		}
	}
	return nil
}

func isIdentity(c *schema.Column) bool {
	return slices.ContainsFunc(c.Attrs, func(a schema.Attr) bool {
		_, ok := a.(*postgres.Identity)
		return ok
	})
}

func unqualified(o *migrate.PlanOptions) { o.SchemaQualifier = new(string) }

// losses lists what a change may lose. Atlas gives one source to a whole group of statements (a table's changes to each
// index and comment of it), so the statement's own words decide whether it is the one that loses.
func losses(c *migrate.Change) (all, drops []string) {
	switch src := c.Source.(type) {
	case *schema.DropTable:
		if strings.HasPrefix(c.Cmd, "DROP TABLE") {
			all, drops = append(all, fmt.Sprintf("drops table %q", src.T.Name)), append(drops, src.T.Name)
		}
	case *schema.DropSchema:
		all = append(all, fmt.Sprintf("drops schema %q", src.S.Name))
	case *schema.ModifyTable:
		if !strings.HasPrefix(c.Cmd, "ALTER TABLE") {
			return nil, nil
		}
		for _, change := range src.Changes {
			switch m := change.(type) {
			case *schema.DropColumn:
				all = append(all, fmt.Sprintf("drops column %q of table %q", m.C.Name, src.T.Name))
				drops = append(drops, src.T.Name+"."+m.C.Name)
			case *schema.ModifyColumn:
				if m.Change.Is(schema.ChangeType) && !widens(m.From.Type.Type, m.To.Type.Type) {
					all = append(all, fmt.Sprintf("changes column %q of table %q from %s to %s, which may round, cut or refuse values",
						m.From.Name, src.T.Name, typeName(m.From.Type), typeName(m.To.Type)))
				}
			}
		}
	}
	return all, drops
}

// widens reports whether every value of one type is one of the other, exactly.
func widens(from, to schema.Type) bool {
	switch from := from.(type) {
	case *schema.IntegerType:
		rank := map[string]int{postgres.TypeSmallInt: 1, postgres.TypeInteger: 2, postgres.TypeBigInt: 3}
		switch to := to.(type) {
		case *schema.IntegerType:
			return rank[from.T] > 0 && rank[from.T] <= rank[to.T]
		case *schema.DecimalType:
			return to.Precision == 0
		}
		return isText(to)
	case *schema.DecimalType:
		to, ok := to.(*schema.DecimalType)
		return ok && to.Precision == 0
	case *schema.FloatType:
		to, ok := to.(*schema.FloatType)
		return ok && from.T == postgres.TypeReal && to.T == postgres.TypeDouble
	case *schema.StringType:
		size, ok := to.(*schema.StringType)
		return isText(to) || ok && from.T == size.T && from.Size > 0 && from.Size <= size.Size
	default:
		return false
	}
}

func isText(t schema.Type) bool {
	s, ok := t.(*schema.StringType)
	return ok && (s.T == postgres.TypeText || s.T == postgres.TypeCharVar && s.Size == 0)
}

func typeName(t *schema.ColumnType) string {
	if name, err := postgres.FormatType(t.Type); err == nil {
		return name
	}
	return t.Raw
}
