package pull

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"entgo.io/ent/entc/gen"
)

// taken are field names that collide with what ent generates for every entity.
var taken = []string{
	"id", "edges", "config", "value", "update", "unwrap", "string", "query", "client", "tx", "select_values", "and", "or", "not",
	"label", "table", "columns", "hooks", "interceptors", "policy", "type", "op", "fields", "where", "mutation", "foreign_keys",
}

// name chooses Go names for the entities and their fields, and finds out which tables are entities.
func (m *Model) name() {
	used := make(map[string]bool)
	for _, t := range m.tables {
		if t.partitionOf != "" {
			continue
		}
		if why := t.foreignToEnt(); why != "" {
			m.notef("table %s is no entity, but part of the SQL beside the schema: %s", t.name, why)
			continue
		}
		name := camel(singular(t.name))
		for gen.ValidSchemaName(name) != nil || used[strings.ToLower(name)] {
			name += "Row"
		}
		used[strings.ToLower(name)] = true
		t.entity = name
	}
	for _, t := range m.tables {
		t.nameFields()
	}
	for _, t := range m.tables {
		m.joinEdges(t)
	}
	for _, t := range m.tables {
		m.edgesOf(t)
	}
}

// foreignToEnt says why a table cannot be an entity; nothing if it can.
func (t *table) foreignToEnt() string {
	switch {
	case t.partitionBy != "":
		return "it is partitioned"
	case !label.MatchString(t.name):
		return "its name cannot be part of a name in Go"
	case t.inherits:
		return "it inherits"
	case t.key == nil:
		return "it has no primary key"
	case len(t.key.columns) == 1:
		return ""
	case len(t.key.columns) == 2 && t.keyEdge(0) != nil && t.keyEdge(1) != nil:
		return ""
	default:
		return fmt.Sprintf("its primary key has %d columns, and ent knows such only of tables that join two others by it", len(t.key.columns))
	}
}

// keyEdge is the foreign key of one of the two columns of a join table's key.
func (t *table) keyEdge(i int) *constraint {
	for _, k := range t.foreign {
		if len(k.columns) == 1 && k.columns[0] == t.key.columns[i] && k.refHere {
			return k
		}
	}
	return nil
}

func (t *table) nameFields() {
	used := make(map[string]bool)
	if t.key != nil && len(t.key.columns) == 1 {
		t.column(t.key.columns[0]).field = "id"
	}
	for _, c := range t.columns {
		if c.field != "" {
			continue
		}
		name := snake(c.name)
		for slices.Contains(taken, name) || used[name] {
			name += "_column"
		}
		used[name] = true
		c.field = name
	}
}

// words splits a name as people write it: by what is no letter or digit, and before a capital that follows a small letter.
func words(name string) (all []string) {
	var word []rune
	end := func() {
		if len(word) > 0 {
			all = append(all, strings.ToLower(string(word)))
		}
		word = nil
	}
	var last rune
	for _, r := range name {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			end()
		} else {
			if unicode.IsUpper(r) && unicode.IsLower(last) {
				end()
			}
			word = append(word, r)
		}
		last = r
	}
	end()
	if len(all) == 0 {
		return []string{"unnamed"}
	}
	if unicode.IsDigit(rune(all[0][0])) {
		all = append([]string{"n"}, all...)
	}
	return all
}

func snake(name string) string { return strings.Join(words(name), "_") }

func camel(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

// singular is good enough for a name that may be changed by hand: the table is named in the entity's annotation.
func singular(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.HasSuffix(lower, "ies") && len(name) > 4:
		return name[:len(name)-3] + "y"
	case strings.HasSuffix(lower, "sses"), strings.HasSuffix(lower, "xes"), strings.HasSuffix(lower, "shes"), strings.HasSuffix(lower, "ches"):
		return name[:len(name)-2]
	case strings.HasSuffix(lower, "ss"), strings.HasSuffix(lower, "us"), strings.HasSuffix(lower, "is"), !strings.HasSuffix(lower, "s"), len(name) < 4:
		return name
	default:
		return name[:len(name)-1]
	}
}

// quote makes an identifier of SQL.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
