package write

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/read"
)

// render has the reader write rows, in their order.
func (c *call) render(refs []*ref, many bool) (read.Answer, error) {
	answers, err := c.renderField(c.field, at(name(c.field.Alias)), refs)
	if err != nil {
		return read.Answer{}, err
	}
	var answer read.Answer
	for i, a := range answers {
		answer.Faults = append(answer.Faults, a.Faults...)
		if c.unseen(a) {
			return read.Answer{}, unseen(c.pathOf(many, i))
		}
	}
	if !many {
		answer.Value = answers[0].Value
		return answer, nil
	}
	answer.Value = []byte{'['}
	for i, a := range answers {
		if i > 0 {
			answer.Value = append(answer.Value, ',')
		}
		answer.Value = append(answer.Value, a.Value...)
	}
	answer.Value = append(answer.Value, ']')
	return answer, nil
}

// unseen tells whether there is no row for the viewer where one was written. One that was to be deleted is another matter: the
// statement that deletes it says that it is not there.
func (c *call) unseen(a read.Answer) bool {
	deletes := c.does == DeleteOne || c.does == DeleteWhere
	return !deletes && len(a.Faults) == 0 && (len(a.Value) == 0 || string(a.Value) == "null")
}

// unseen is the fault of a row that the viewer has written and may not see: nothing is written then.
func unseen(path ast.Path) error {
	return &read.Error{Code: Forbidden, Message: "what would be written cannot be seen by the viewer", Path: path}
}

func (c *call) pathOf(many bool, i int) ast.Path {
	path := at(name(c.field.Alias))
	if many {
		path = append(path, index(i))
	}
	return path
}

func (c *call) renderField(f graphql.CollectedField, path ast.Path, refs []*ref) ([]read.Answer, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	if i := slices.IndexFunc(refs, func(r *ref) bool { return r.row == nil }); i >= 0 {
		return nil, Faults{notFound(refs[i].path)}
	}
	if answers, ok, err := c.answer.answers(c.ctx, refs); ok {
		return answers, err
	}
	rows := make([]read.Ref, len(refs))
	for i, r := range refs {
		rows[i] = row{c.entity.Name, r.row}
	}
	return c.reader.Render(c.ctx, c.op, f, path, rows)
}
