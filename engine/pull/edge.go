package pull

import (
	"fmt"
	"slices"
	"strings"
)

// edge is an edge of an entity, as Go.
type edge struct {
	name, code string
}

// deletes are what happens on delete, in ent's words.
var deletes = map[string]string{"a": "NoAction", "r": "Restrict", "c": "Cascade", "n": "SetNull", "d": "SetDefault"}

// unsaid is what a foreign key has that ent has no word for and that is not compared.
func (k *constraint) unsaid() []string {
	var all []string
	for _, words := range []string{"DEFERRABLE INITIALLY DEFERRED", "DEFERRABLE", "MATCH FULL", "NOT VALID"} {
		if strings.Contains(k.def, words) && !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, words) }) {
			all = append(all, words)
		}
	}
	return all
}

// edgesOf makes an edge of each foreign key of one column that refers to the key of an entity.
func (m *Model) edgesOf(t *table) {
	if t.entity == "" {
		return
	}
	for _, k := range t.foreign {
		ref := m.table(k.refTable)
		if why := m.noEdge(t, k, ref); why != "" {
			m.notef("foreign key %s of table %s is no edge, but part of the SQL beside the schema: %s", k.name, t.name, why)
			continue
		}
		if unsaid := k.unsaid(); unsaid != nil {
			m.notef("foreign key %s of table %s is %s: that is not compared, and an edge is not so", k.name, t.name, strings.Join(unsaid, ", "))
		}
		c := t.column(k.columns[0])
		name := t.freeName(strings.TrimSuffix(c.field, "_id"), "to_"+ref.entity)
		required := ""
		if c.notNull {
			required = ".Required()"
		}
		onDelete := fmt.Sprintf(".Annotations(entsql.OnDelete(entsql.%s))", deletes[k.onDelete])
		symbol := fmt.Sprintf(".StorageKey(edge.Symbol(%q))", k.name)
		code := fmt.Sprintf("edge.To(%q, %s.Type).Field(%q).Unique()%s%s%s", name, ref.entity, c.field, required, symbol, onDelete)
		if ref == t { // ent takes a unique edge to the entity itself for one that is its own inverse
			back := t.freeName(name+"_of", name+"_back")
			t.edges = append(t.edges, edge{back, fmt.Sprintf("edge.To(%q, %s.Type)%s%s", back, t.entity, symbol, onDelete)})
			code = fmt.Sprintf("edge.From(%q, %s.Type).Ref(%q).Field(%q).Unique()%s", name, t.entity, back, c.field, required)
		}
		t.edges = append(t.edges, edge{name, code})
	}
}

func (m *Model) noEdge(t *table, k *constraint, ref *table) string {
	switch {
	case !k.refHere:
		return "it refers to another schema"
	case len(k.columns) != 1:
		return fmt.Sprintf("it has %d columns", len(k.columns))
	case ref.entity == "":
		return "table " + ref.name + " is no entity"
	case ref.ids || ref.key.columns[0] != k.refColumns[0]:
		return "it does not refer to a primary key"
	case t.column(k.columns[0]).kind().code != ref.column(k.refColumns[0]).kind().code:
		return fmt.Sprintf("its column is %s, and the key %s", t.column(k.columns[0]).typ, ref.column(k.refColumns[0]).typ)
	case t.column(k.columns[0]).field == "id":
		return "its column is the key of its table"
	case slices.ContainsFunc(t.foreign[:slices.Index(t.foreign, k)], func(o *constraint) bool { return slices.Equal(o.columns, k.columns) }):
		return "another one has the same column"
	default:
		return ""
	}
}

// joinEdges makes an edge through a table whose key joins two others.
func (m *Model) joinEdges(t *table) {
	if t.entity == "" || len(t.key.columns) != 2 {
		return
	}
	a, b := m.table(t.keyEdge(0).refTable), m.table(t.keyEdge(1).refTable)
	if a.entity == "" || b.entity == "" || a == b || len(a.key.columns) != 1 || len(b.key.columns) != 1 ||
		m.noEdge(t, t.keyEdge(0), a) != "" || m.noEdge(t, t.keyEdge(1), b) != "" {
		m.notef("table %s is no entity, but part of the SQL beside the schema: its key does not join the keys of two entities", t.name)
		t.entity = ""
		return
	}
	t.ids = true
	there := a.freeName(snake(b.name), snake(b.name)+"_by_"+snake(t.name))
	back := b.freeName(snake(a.name), snake(a.name)+"_by_"+snake(t.name))
	through := snake(t.name)
	a.edges = append(a.edges, edge{there, fmt.Sprintf("edge.To(%q, %s.Type).Through(%q, %s.Type)", there, b.entity, a.freeName(through, through+"_rows"), t.entity)})
	b.edges = append(b.edges, edge{back, fmt.Sprintf("edge.From(%q, %s.Type).Ref(%q).Through(%q, %s.Type)", back, a.entity, there, b.freeName(through, through+"_rows"), t.entity)})
	a.edges, b.edges = append(a.edges, edge{name: a.freeName(through, through+"_rows")}), append(b.edges, edge{name: b.freeName(through, through+"_rows")})
}

// freeName is the first of the names, or the last with underscores, that neither a field nor an edge has.
func (t *table) freeName(names ...string) string {
	free := func(name string) bool {
		return !slices.Contains(taken, name) &&
			!slices.ContainsFunc(t.columns, func(c *column) bool { return c.field == name }) &&
			!slices.ContainsFunc(t.edges, func(e edge) bool { return e.name == name })
	}
	for _, n := range names {
		if n = snake(n); free(n) {
			return n
		}
	}
	name := snake(names[len(names)-1])
	for !free(name) {
		name += "_edge"
	}
	return name
}
