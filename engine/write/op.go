package write

// action is what an [op] does, in the order in which those of one level are run: what makes room comes first.
type action uint8

const (
	actRemove action = iota + 1
	actUnlink
	actDetach // an update that takes a row from another
	actUpdate
	actCreate
	actLink
)

// op is one row that an input writes.
type op struct {
	action action
	entity *entity // of the row; of a link the one that the edge is followed from
	path   *place  // of its input
	named  *place  // of what names the row; empty where that is the input itself
	values []assigned
	parent []attached
	target *ref // the row; of a creation it is known afterwards, unless it is an upsert and the row is there
	// version is what the row's must be; nil for any.
	version any
	after   []*op // what must be done before

	// of a link
	edge *edge
	far  *ref

	when *condition // for the op to be run at all
	idle bool       // there is nothing to do

	level int // from 1; 0 while it is not known
}

// assigned is a field of an input.
type assigned struct {
	field *Field
	value any // nil for null
}

// attached is the row at the other side of an edge whose foreign key is the op's own.
type attached struct {
	edge *edge  // the op's; nil where none stands for the foreign key
	more string // the foreign key then
	to   *ref   // nil clears it
	when *condition
}

// condition is that a row was found, or was not: what decides between the two halves of an upsert.
type condition struct {
	ref   *ref
	found bool
	outer *condition // which must hold too
}

// holds tells whether the condition is true, once all references are resolved. No condition always is.
func (c *condition) holds() bool {
	return c == nil || c.ref.found == c.found && c.outer.holds()
}

// ref names a row that an input refers to, or will make.
type ref struct {
	entity *entity
	path   *place

	// How the row is named: by its key, by a unique key, or as what an edge leads to from another row.
	key    any
	unique *Unique
	values []any
	edge   *edge
	near   *ref

	// owner is the row that an edge, owned, must lead from.
	owner *ref
	owned *edge

	optional bool       // that it is missing is no fault
	when     *condition // for it to be looked at
	also     []mention  // where else it is named

	done  bool
	found bool // by looking for it
	row   any  // the key in Go; nil where there is no such row
}

// mention is a place where an input names a row, and under what condition it counts.
type mention struct {
	path *place
	when *condition
}

// all is every row that an edge leads to, but for some: those that `set` does not name.
type all struct {
	edge *edge
	near *ref
	but  []*ref
	ties []*op // that each of them needs where it is none of the rows yet; nil for none
	path *place
	when *condition
	then func(*ref) // makes the op for each row
}

// upserts tells whether the op creates its row only where it is not there, and changes it otherwise.
func (o *op) upserts() bool { return o.action == actCreate && o.target.unique != nil }

// does is what the op does, once all references are resolved.
func (o *op) does() action {
	if o.upserts() && o.target.found {
		return actUpdate
	}
	return o.action
}

// levelOf is one more than the highest level of what comes before.
func (o *op) levelOf() int {
	if o.level == 0 {
		o.level = 1
		for _, before := range o.after {
			o.level = max(o.level, before.levelOf()+1)
		}
	}
	return o.level
}
