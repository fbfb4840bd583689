package write

import (
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/read"
)

// upserted is one input of an upsert: which row it is of, and the row that is made where there is none.
type upserted struct{ there, made *ref }

func (u upserted) ref() *ref {
	if u.there.row != nil {
		return u.there
	}
	return u.made
}

func (c *call) upsert(many bool) (read.Answer, error) {
	var rows []upserted
	by, _ := c.args["by"].(string)
	unique := c.entity.byValue[by]
	if unique == nil {
		return read.Answer{}, Faults{{Code: BadUserInput, Message: "names no unique key", Field: at(name("by"))}}
	}
	err := c.write(func(p *plan) {
		if !many {
			rows = append(rows, p.upsertRoot(c.entity, unique, c.args["input"], at(name("input"))))
			return
		}
		for i, v := range list(c.args["inputs"]) {
			rows = append(rows, p.upsertRoot(c.entity, unique, v, at(name("inputs"), index(i))))
		}
		p.once()
	}, nil)
	if err != nil {
		return read.Answer{}, err
	}
	return c.renderUpserts(rows, many)
}

// upsertRoot reads the input of a row that is created unless one with its key is there, which is updated then.
func (p *plan) upsertRoot(e *entity, u *Unique, input any, path ast.Path) upserted {
	there := &ref{entity: e, path: path, unique: u, optional: true}
	object, _ := input.(map[string]any)
	for _, column := range u.Columns {
		v := object[column.Name]
		if connect, ok := v.(map[string]any); ok && column.Target != "" {
			named, _ := connect["connect"].(map[string]any)
			v = named["id"]
		}
		value, ok := p.keyValue(column, v, below(path, name(column.Name)))
		if ok {
			there.values = append(there.values, value)
		}
	}
	if len(there.values) < len(u.Columns) {
		there.done = true
	}
	p.refer(there)
	var made *op
	p.only(there, false, func() { made = p.create(e, input, path) })
	p.only(there, true, func() { p.updateLike(made, there, object) })
	return upserted{there, made.target}
}

// updateLike changes a row to what the creation of one gives. Its fields are read already.
func (p *plan) updateLike(made *op, there *ref, object map[string]any) {
	o := p.add(&op{action: actUpdate, entity: made.entity, path: made.path, target: there})
	for _, v := range made.values {
		if !v.field.Immutable && v.field.Column != made.entity.Key.Column {
			o.values = append(o.values, v)
		}
	}
	p.edges(o, object)
}

// once refuses two references by unique keys to one row.
func (p *plan) once() {
	seen := make(map[string]bool)
	for _, r := range p.refs {
		if r.unique == nil || r.owner != nil || !r.optional {
			continue
		}
		var a array
		for _, v := range r.values {
			if err := a.add(Column{}, v); err != nil {
				p.badf(r.path, "%s", err)
			}
		}
		key := string(a.text)
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
func (c *call) renderUpserts(rows []upserted, many bool) (read.Answer, error) {
	refs := make([]*ref, len(rows))
	for i, u := range rows {
		refs[i] = u.ref()
	}
	payload, fields := c.payload()
	nodes := make([][]read.Answer, len(fields))
	var answer read.Answer
	for i, f := range fields {
		if f.Name != "node" {
			continue
		}
		var err error
		if nodes[i], err = c.renderField(f, at(name(c.field.Alias), name(f.Alias)), refs); err != nil {
			return read.Answer{}, err
		}
		for n, a := range nodes[i] {
			answer.Faults = append(answer.Faults, a.Faults...)
			if a.Value == nil && len(a.Faults) == 0 {
				return read.Answer{}, unseen(c.pathOf(many, n))
			}
		}
	}
	b := answer.Value
	if many {
		b = append(b, '[')
	}
	for n, u := range rows {
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
				b = strconv.AppendBool(b, u.there.row == nil)
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
