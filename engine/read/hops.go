package read

// hops are the to-one edges that terms and groups follow, each joined once. A join leaves the planner free to read the
// far side in one go, which the order or the grouping of a whole list needs; a subquery for each row would not.
type hops struct {
	list []hop
	at   map[string]int // by the way to it
}

type hop struct {
	link  *link
	near  int // index of the hop before; none from the list's own rows
	alias string
}

const noHop = -1

// over returns the index of the hop over an edge, at the end of a way.
func (h *hops) over(c *compiler, way string, near int, l *link) int {
	if i, ok := h.at[way]; ok {
		return i
	}
	if h.at == nil {
		h.at = make(map[string]int)
	}
	h.at[way] = len(h.list)
	h.list = append(h.list, hop{l, near, c.plan.alias()})
	return h.at[way]
}

// alias returns the alias of the rows at a hop's far side, for a list of an alias.
func (h *hops) alias(i int, list string) string {
	if i == noHop {
		return list
	}
	return h.list[i].alias
}

// write writes the joins, each under the rules of the entity that it leads to. Filters that follow the same edge find
// the rows there.
func (h *hops) write(c *compiler, list string) {
	s := &c.plan.statement
	for _, x := range h.list {
		near := h.alias(x.near, list)
		s.write(" LEFT JOIN ", quote(x.link.target.Table), " AS ", x.alias, " ON ",
			columnOf(x.alias, x.link.To), " = ", columnOf(near, x.link.From))
		s.rule(x.link.target, x.alias)
		c.reached[reach{near, x.link}] = x.alias
	}
}

// reach is a to-one edge from the rows of an alias.
type reach struct {
	near string
	link *link
}

// guard writes an expression over the rows at a hop's far side, NULL where the hop leads nowhere.
func (h *hops) guard(s *statement, i int, write func()) {
	if i == noHop {
		write()
		return
	}
	s.write("CASE WHEN ", columnOf(h.list[i].alias, h.list[i].link.To), " IS NOT NULL THEN ")
	write()
	s.write(" END")
}
