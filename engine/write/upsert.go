package write

import (
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"cambium/engine/read"
)

func (c *call) upsert(many bool) (read.Answer, error) {
	var rows []*ref
	by, _ := c.args["by"].(string)
	unique := c.entity.byValue[by]
	if unique == nil {
		return read.Answer{}, Faults{{Code: BadUserInput, Message: "names no unique key", Field: at(name("by"))}}
	}
	err := c.write(func(p *plan) {
		if !many {
			rows = append(rows, p.upsertRoot(c.entity, unique, c.args["input"], argument("input")))
			return
		}
		inputs := argument("inputs")
		for i, v := range list(c.args["inputs"]) {
			rows = append(rows, p.upsertRoot(c.entity, unique, v, inputs.element(i)))
		}
		p.once()
	}, nil)
	if err != nil {
		return read.Answer{}, err
	}
	return c.renderUpserts(rows, many)
}

// upsertRoot reads the input of a row that is created unless one with its key is there, which is updated then. It returns the
// row.
func (p *plan) upsertRoot(e *entity, u *Unique, input any, path *place) *ref {
	row := ref{entity: e, path: path, unique: u, optional: true, values: make([]any, 0, len(u.Columns))}
	object, _ := input.(map[string]any)
	for _, column := range u.Columns {
		v := object[column.Name]
		if edge, ok := v.(map[string]any); ok && column.Target != "" {
			connect, _ := edge["connect"].(map[string]any)
			if v = connect["id"]; v == nil {
				p.badf(path.member(column.Name), "is a part of the key: must be connected by its id")
				continue
			}
		}
		value, fault := p.keyValue(column, v)
		if fault != nil {
			p.fault(fault, path.member(column.Name))
			continue
		}
		row.values = append(row.values, value)
	}
	row.done = len(row.values) < len(u.Columns)
	return p.create(p.refer(row), input, path).target
}

// once refuses two references by unique keys to one row.
func (p *plan) once() {
	seen := make(map[string]bool, len(p.refs))
	for _, r := range p.refs {
		if r.unique == nil || r.owner != nil || !r.optional || len(r.values) < len(r.unique.Columns) {
			continue
		}
		key, text := r.values[0].(string)
		if !text || len(r.values) > 1 {
			var a array
			for _, v := range r.values {
				if err := a.add(Column{}, v); err != nil {
					p.badf(r.path, "%s", err)
				}
			}
			key = string(a.text)
		}
		if seen[key] {
			p.badf(r.path, "gives a row that is given twice")
		}
		seen[key] = true
	}
}

// payload returns the type of what an upsert answers for each row, and what is selected of it.
func (c *call) payload() (string, []graphql.CollectedField) {
	payload := c.field.Definition.Type.Name()
	return payload, graphql.CollectFields(c.op, c.field.Selections, []string{payload})
}

// renderUpserts writes for each input the row and whether it was created.
func (c *call) renderUpserts(rows []*ref, many bool) (read.Answer, error) {
	payload, fields := c.payload()
	nodes := make([][]read.Answer, len(fields))
	var answer read.Answer
	for i, f := range fields {
		if f.Name != "node" {
			continue
		}
		var err error
		if nodes[i], err = c.renderField(f, at(name(c.field.Alias), name(f.Alias)), rows); err != nil {
			return read.Answer{}, err
		}
		for n, a := range nodes[i] {
			answer.Faults = append(answer.Faults, a.Faults...)
			if c.unseen(a) {
				return read.Answer{}, unseen(c.pathOf(many, n))
			}
		}
	}
	const perRow = 64 // beside the row itself
	size := perRow * len(rows)
	for _, list := range nodes {
		for _, a := range list {
			size += len(a.Value)
		}
	}
	b := make([]byte, 0, size)
	if many {
		b = append(b, '[')
	}
	for n, row := range rows {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		for i, f := range fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(append(b, '"'), f.Alias...), `":`...)
			switch f.Name {
			case "node":
				b = append(b, nodes[i][n].Value...)
			case "created":
				b = strconv.AppendBool(b, !row.found)
			default: // __typename
				b = append(append(append(b, '"'), payload...), '"')
			}
		}
		b = append(b, '}')
	}
	if many {
		b = append(b, ']')
	}
	answer.Value = b
	return answer, nil
}
