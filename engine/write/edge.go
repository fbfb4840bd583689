package write

// edge reads what the input at a place says about an edge of a row. The members are those of the SDL: of a to-one edge exactly one.
func (p *plan) edge(o *op, d *edge, v any, input *place) {
	object, ok := v.(map[string]any)
	switch {
	case v == nil:
		p.badf(input.member(d.Name), "must not be null")
		return
	case !ok:
		p.badf(input.member(d.Name), "must be an input object")
		return
	case d.Unique && len(object) != 1:
		p.badf(input.member(d.Name), "must have exactly one member")
		return
	}
	for member, v := range object {
		switch {
		case v == nil:
			p.badf(input.inner(d.Name, member), "must not be null")
			return
		case d.Unique:
			p.toOne(o, d, member, v, input.inner(d.Name, member))
			return
		}
	}
	path := input.member(d.Name)
	if wanted, given := object["set"]; given {
		if len(object) > 1 {
			p.badf(path, "set stands alone")
			return
		}
		p.set(o, d, list(wanted), path.member("set"))
		return
	}
	for _, member := range []string{"disconnect", "delete", "update", "upsert", "connect", "create"} {
		for i, v := range list(object[member]) {
			p.toMany(o, d, member, v, path.member(member).element(i))
		}
	}
}

// attach makes a row what an own edge of the op leads to.
func (p *plan) attach(o *op, d *edge, to *ref) {
	if o.parent == nil {
		o.parent = make([]attached, 0, o.entity.owns)
	}
	o.parent = append(o.parent, attached{edge: d, to: to, when: p.when})
}

// attachFar makes the near row what a row of the far table refers to.
func (p *plan) attachFar(far *op, d *edge, near *op) {
	a := attached{edge: d.inverse(), more: d.Column, when: p.when}
	if near != nil {
		a.to = near.target
		if near.action == actCreate {
			far.after = append(far.after, near)
		}
	}
	far.parent = append(far.parent, a)
}

// child reads the input of a new row at the other side of an edge, and ties the two together.
func (p *plan) child(o *op, d *edge, v any, path *place) {
	far := p.create(&ref{entity: d.far, path: path}, v, path)
	p.tie(o, d, far.target, far, path)
}

// tie makes an edge lead from the op's row to another one, which is to be created by an op, or is there already (nil). The input
// says so at a place.
func (p *plan) tie(o *op, d *edge, to *ref, made *op, path *place) {
	switch {
	case d.Join != nil:
		link := p.add(op{action: actLink, entity: o.entity, path: path, target: o.target, edge: d, far: to, after: []*op{o}})
		if made != nil {
			link.after = append(link.after, made)
		}
	case d.Own:
		p.attach(o, d, to)
		if made != nil {
			o.after = append(o.after, made)
		}
	case made != nil:
		p.attachFar(made, d, o)
	default:
		far := p.add(op{action: actUpdate, entity: d.far, path: path, target: to})
		p.attachFar(far, d, o)
	}
}

// untie ends what tie made.
func (p *plan) untie(o *op, d *edge, to *ref, path *place) {
	switch {
	case d.Join != nil:
		p.add(op{action: actUnlink, entity: o.entity, path: path, target: o.target, edge: d, far: to})
	case d.Required:
		p.badf(path, "cannot be disconnected: it must have one")
	case d.Own:
		p.attach(o, d, nil)
	default:
		far := p.add(op{action: actDetach, entity: d.far, path: path, target: to})
		p.attachFar(far, d, nil)
	}
}

// beyond refers to what a to-one edge leads to.
func (p *plan) beyond(o *op, d *edge, path *place, optional bool) *ref {
	return p.refer(ref{entity: d.far, path: path, edge: d, near: o.target, optional: optional})
}

// toOne reads what is to become of the row at the other side of a to-one edge.
func (p *plan) toOne(o *op, d *edge, member string, v any, path *place) {
	switch member {
	case "connect":
		to := p.connect(d.far, v, path)
		p.vacate(o, d, path, to)
		p.tie(o, d, to, nil, path)
	case "create":
		p.vacate(o, d, path, nil)
		p.child(o, d, v, path)
	case "disconnect", "delete":
		if v != true {
			p.badf(path, "must be true")
			return
		}
		if member == "disconnect" && d.Own {
			p.untie(o, d, nil, path)
			return
		}
		to := p.beyond(o, d, path, member == "disconnect")
		if member == "disconnect" {
			p.only(to, true, func() { p.untie(o, d, to, path) })
			return
		}
		gone := p.add(op{action: actRemove, entity: d.far, path: path, target: to})
		if d.Own {
			p.untie(o, d, nil, path) // first: the foreign key may restrict
			gone.after = append(gone.after, o)
		}
	case "update":
		p.update(d.far, p.beyond(o, d, path, false), v, path)
	case "upsert":
		to := p.beyond(o, d, path, true)
		p.upsert(v, path, to, func(input any, path *place) { p.child(o, d, input, path) })
	default:
		p.badf(path, "is not known")
	}
}

// vacate takes the row away that a to-one edge, of which the far table has the foreign key, leads to so far. Where it
// cannot be without, the database refuses the new one.
func (p *plan) vacate(o *op, d *edge, path *place, but *ref) {
	if d.Own || d.Join != nil || d.Required || o.action == actCreate && !o.upserts() {
		return
	}
	a := &all{edge: d, near: o.target, path: path, when: p.when, then: func(r *ref) { p.untie(o, d, r, path) }}
	if but != nil {
		a.but = []*ref{but}
		a.ties = []*op{nil}
	}
	p.alls = append(p.alls, a)
}

// upsert reads the two halves of an upsert of a row that is there, or is not.
func (p *plan) upsert(v any, path *place, to *ref, create func(input any, path *place)) {
	object, ok := p.object(v, path)
	if !ok {
		return
	}
	p.only(to, false, func() { create(object["create"], path.member("create")) })
	p.only(to, true, func() { p.update(to.entity, to, object["update"], path.member("update")) })
}

// member refers to one of the rows that a to-many edge leads to, by an input that names it.
func (p *plan) member(o *op, d *edge, v any, path *place) *ref {
	r := p.named(d.far, v, path)
	r.owner, r.owned = o.target, d
	return r
}

// toMany reads what is to become of one row at the other side of a to-many edge.
func (p *plan) toMany(o *op, d *edge, member string, v any, path *place) {
	switch member {
	case "create":
		p.child(o, d, v, path)
	case "connect":
		p.tie(o, d, p.connect(d.far, v, path), nil, path)
	case "disconnect":
		p.untie(o, d, p.member(o, d, v, path), path)
	case "delete":
		p.add(op{action: actRemove, entity: d.far, path: path, target: p.member(o, d, v, path)})
	case "update", "upsert":
		object, ok := p.object(v, path)
		if !ok {
			return
		}
		to := p.member(o, d, object["where"], path.member("where"))
		if member == "update" {
			p.update(d.far, to, object["input"], path.member("input")).version = p.version(object["ifVersion"], path.member("ifVersion"))
			return
		}
		to.optional = true
		p.upsert(v, path, to, func(input any, path *place) { p.child(o, d, input, path) })
	}
}

// set makes a to-many edge lead to some rows and to no others. Rows that it leads to already are left alone.
func (p *plan) set(o *op, d *edge, wanted []any, path *place) {
	rest := &all{edge: d, near: o.target, path: path, when: p.when}
	rest.then = func(r *ref) { p.untie(o, d, r, path) }
	for i, v := range wanted {
		at := path.element(i)
		to := p.connect(d.far, v, at)
		rest.but = append(rest.but, to)
		p.tie(o, d, to, nil, at)
		rest.ties = append(rest.ties, p.ops[len(p.ops)-1])
	}
	p.alls = append(p.alls, rest)
}
