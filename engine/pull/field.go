package pull

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// kind is how ent holds a type of PostgreSQL.
type kind struct {
	code   string // the field's constructor, with %q for its name
	native string // the type that ent gives it by itself; another one is named
	text   bool   // it is a string that holds the value as PostgreSQL writes it
}

const asText = "field.Text(%q)"

// kinds are those of the base types, by PostgreSQL's internal names.
var kinds = map[string]kind{
	"int2":        {code: "field.Int16(%q)", native: "smallint"},
	"int4":        {code: "field.Int32(%q)", native: "integer"},
	"int8":        {code: "field.Int64(%q)", native: "bigint"},
	"float4":      {code: "field.Float32(%q)", native: "real"},
	"float8":      {code: "field.Float(%q)", native: "double precision"},
	"numeric":     {code: "field.Float(%q).GoType(decimal.Decimal{})"},
	"bool":        {code: "field.Bool(%q)", native: "boolean"},
	"text":        {code: asText, native: "text"},
	"varchar":     {code: asText},
	"bpchar":      {code: asText},
	"uuid":        {code: "field.UUID(%q, uuid.UUID{})", native: "uuid"},
	"bytea":       {code: "field.Bytes(%q)", native: "bytea"},
	"json":        {code: "field.JSON(%q, json.RawMessage{})"},
	"jsonb":       {code: "field.JSON(%q, json.RawMessage{})", native: "jsonb"},
	"date":        {code: "field.Time(%q)"},
	"timestamp":   {code: "field.Time(%q)"},
	"timestamptz": {code: "field.Time(%q)", native: "timestamp with time zone"},
}

func (c *column) kind() kind {
	if k, ok := kinds[c.base]; ok {
		return k
	}
	if c.enum() {
		var values []string
		for _, l := range c.labels {
			values = append(values, fmt.Sprintf("%q", l))
		}
		return kind{code: "field.Enum(%q).Values(" + strings.Join(values, ", ") + ")"}
	}
	return kind{code: asText, text: true}
}

var label = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// enum reports whether ent can make Go constants of the labels.
func (c *column) enum() bool {
	seen := make(map[string]bool)
	for _, l := range c.labels {
		if !label.MatchString(l) || seen[camel(l)] {
			return false
		}
		seen[camel(l)] = true
	}
	return len(c.labels) > 0
}

// sayable reports whether ent can name the type: it writes it in small letters and without quotes.
func (c *column) sayable() bool {
	return c.typ == strings.ToLower(c.typ) && !strings.ContainsAny(c.typ, `".`)
}

// serials are the types of columns that draw from a sequence of their own, which PostgreSQL has named.
var serials = map[string]string{"int2": "smallserial", "int4": "serial", "int8": "bigserial"}

func (t *table) serial(c *column) string {
	if c.sequence == "" || c.sequence != t.name+"_"+c.name+"_seq" || !strings.HasPrefix(c.defaultExpr, "nextval(") {
		return ""
	}
	return serials[c.base]
}

// code is the column as a field of ent.
func (t *table) code(m *Model, c *column) string {
	k := c.kind()
	var b strings.Builder
	fmt.Fprintf(&b, k.code, c.field)
	typ := c.typ
	if !c.sayable() {
		typ = "text" // beside the schema it gets its own
	}
	if typ != k.native {
		fmt.Fprintf(&b, ".SchemaType(map[string]string{dialect.Postgres: %q})", typ)
	}
	if c.field != c.name {
		fmt.Fprintf(&b, ".StorageKey(%q)", c.name)
	}
	isKey := t.key != nil && slices.Contains(t.key.columns, c.name)
	if !c.notNull {
		b.WriteString(".Optional()")
		if !strings.HasPrefix(k.code, "field.JSON") && !strings.HasPrefix(k.code, "field.Bytes") {
			b.WriteString(".Nillable()")
		}
	}
	if c.generated || c.field == "id" {
		b.WriteString(".Immutable()")
	}
	var annotations []string
	if c.defaultExpr != "" && !c.generated && t.serial(c) == "" && c.sayable() && bearable(c.defaultExpr) {
		annotations = append(annotations, fmt.Sprintf("entsql.DefaultExpr(%q)", c.defaultExpr))
	}
	if isKey && c.field == "id" && strings.HasPrefix(k.code, "field.Int") && c.identity == "" {
		annotations = append(annotations, "&entsql.Annotation{Incremental: new(bool)}")
	}
	if len(annotations) > 0 {
		fmt.Fprintf(&b, ".Annotations(%s)", strings.Join(annotations, ", "))
	}
	if c.comment != "" && bearable(c.comment) {
		fmt.Fprintf(&b, ".Comment(%q)", c.comment)
	}
	if k.text {
		m.notef("column %s.%s is %s: in Go it is a string, as PostgreSQL writes it", t.name, c.name, c.typ)
	}
	return b.String()
}

// mend is what makes a column what it is where ent's words do not reach, as SQL.
func (t *table) mend(m *Model, c *column) (all []string) {
	alter := "ALTER TABLE " + quote(t.name) + " "
	column := "ALTER COLUMN " + quote(c.name) + " "
	switch {
	case t.serial(c) != "":
		// As a type of ent, serial would be taken over by the columns that refer to this one.
		all = append(all, fmt.Sprintf("DO $$ BEGIN CREATE SEQUENCE %[1]s AS %[2]s OWNED BY %[3]s.%[4]s; %[5]s%[6]sSET DEFAULT nextval('%[1]s'); END $$",
			quote(c.sequence), c.typ, quote(t.name), quote(c.name), alter, column))
	case c.generated:
		m.notef("column %s.%s is generated: never set it from Go", t.name, c.name)
		notNull := ""
		if c.notNull {
			notNull = " NOT NULL"
		}
		all = append(all, fmt.Sprintf("%sDROP COLUMN %s, ADD COLUMN %[2]s %s GENERATED ALWAYS AS (%s) STORED%s", alter, quote(c.name), c.typ, c.defaultExpr, notNull))
	case !c.sayable():
		clauses := []string{column + "DROP DEFAULT", fmt.Sprintf("%sTYPE %s USING %s::text::%[2]s", column, c.typ, quote(c.name))}
		if c.defaultExpr != "" {
			clauses = append(clauses, column+"SET DEFAULT "+c.defaultExpr)
		}
		all = append(all, alter+strings.Join(clauses, ", "))
	case !bearable(c.defaultExpr):
		all = append(all, alter+column+"SET DEFAULT "+c.defaultExpr)
	}
	if c.comment != "" && (c.generated || !bearable(c.comment)) {
		all = append(all, comment("COLUMN "+quote(t.name)+"."+quote(c.name), c.comment))
	}
	inEnt := t.key != nil && len(t.key.columns) == 1 && t.key.columns[0] == c.name && strings.HasPrefix(c.kind().code, "field.Int")
	switch {
	case c.identity == "a" && inEnt:
		all = append(all, alter+column+"SET GENERATED ALWAYS")
	case c.identity == "a":
		all = append(all, alter+column+"ADD GENERATED ALWAYS AS IDENTITY")
	case c.identity == "d" && !inEnt:
		all = append(all, alter+column+"ADD GENERATED BY DEFAULT AS IDENTITY")
	}
	return all
}
