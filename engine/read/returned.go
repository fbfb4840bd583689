package read

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Returned renders rows from what the statement that wrote them returns of them, where only columns of the rows themselves
// are selected: what is selected beyond has to be read.
type Returned struct {
	// Columns are what the statement is to return, in this order.
	Columns []string

	path   ast.Path
	object *object
	w      *renderer
	n      int
}

// Returned returns what renders a field whose value is rows of an entity that the viewer writes: nil where there is more to it
// than columns that every viewer may read, or where not every row is there for this viewer.
func (r *Reader) Returned(ctx context.Context, op *graphql.OperationContext, field graphql.CollectedField, path ast.Path, entity string) *Returned {
	e := r.model.entities[entity]
	if e == nil {
		return nil
	}
	if rules, err := e.Prepare(ctx, "t"); err != nil || rules != nil {
		return nil // what is refused is refused when it is read
	}
	x := &Returned{path: path, object: new(object)}
	for _, f := range graphql.CollectFields(op, field.Selections, []string{e.Name, nodeInterface}) {
		w := x.field(e, f)
		if w == nil {
			return nil
		}
		x.object.add(f.Alias, w)
	}
	parts := make([]part, len(x.Columns))
	for i := range parts {
		parts[i].column = i
	}
	x.w = newRenderer(r.cursors, nil, nil)
	x.w.open([]layout{{parts: []part{{branch: 1}}}, {parts: parts}})
	return x
}

// field returns what writes a field; nil where it is no column, or one that not everybody may read. A list is none: its form
// depends on how it was asked for.
func (x *Returned) field(e *entity, f graphql.CollectedField) writer {
	if f.Name == "__typename" {
		return typename(e.Name)
	}
	if f.Name == e.Key.Name {
		return id{x.column(e.Key.Column), e}
	}
	d := e.fields[f.Name]
	if d == nil || d.Expression != "" || d.Guard != nil || d.Kind.list() {
		return nil
	}
	return scalar{x.column(d.Column), d.Kind, d.Nullable}
}

func (x *Returned) column(name string) int {
	i := slices.Index(x.Columns, name)
	if i < 0 {
		i = len(x.Columns)
		x.Columns = append(x.Columns, name)
	}
	return i
}

// Add takes the columns of a row, which are valid during the call, and returns the row's number.
func (x *Returned) Add(columns [][]byte) (int, error) {
	x.n++
	return x.n - 1, x.w.add(columns)
}

// Answers renders rows by their numbers. It can be called once.
func (x *Returned) Answers(ctx context.Context, numbers []int) ([]Answer, error) {
	roots := make([]root, len(numbers))
	paths, length := make(ast.Path, 0, len(numbers)*(len(x.path)+1)), len(x.path)+1
	for i, n := range numbers {
		paths = append(append(paths, x.path...), ast.PathIndex(i))
		roots[i] = root{paths[i*length : (i+1)*length : (i+1)*length], returned{x.object, n}}
	}
	if err := x.w.write(roots); err != nil {
		x.w.release()
		return nil, err
	}
	x.w.finish(ctx)
	return x.w.taken(), nil
}

// returned writes one of the rows.
type returned struct {
	object *object
	n      int
}

func (w returned) write(r *renderer, row []cell) error {
	from := len(r.buf)
	return r.nullOr(w.object.write(r, r.row(1, row[0], w.n)), from)
}
