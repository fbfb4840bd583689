package access

import (
	"context"
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/privacy"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/mixin"
)

// Policy says who may do what with an entity. It is a mixin, so that the generator sees what is declared:
//
//	func (Order) Mixin() []ent.Mixin {
//		return []ent.Mixin{Record{}, access.Policy{
//			Query:    access.Rules{access.Allow("auditor"), access.Allow("sales").Where(theirOrders)},
//			Mutation: access.Rules{access.Allow("sales").Where(theirOrders).On(ent.OpUpdate | ent.OpUpdateOne)},
//		}}
//	}
//
// The rules that are for a viewer add up. It implements [ent.Policy], so that they hold for the client as for the API.
type Policy struct {
	mixin.Schema

	// Query is who may see which rows, wherever they are touched.
	Query Rules
	// Mutation is who may create, change and delete which rows. A row that was created or changed has to satisfy the rule
	// afterwards too.
	Mutation Rules
}

// Rules are what is allowed; everything else is denied.
type Rules []Rule

// Nobody is no rule at all, in words.
func Nobody() Rules { return Rules{} }

// Rule allows something to viewers. [Allow], [SignedIn] and [Anyone] make one.
type Rule struct {
	roles []string
	who   who
	rows  Rows
	ops   ent.Op
}

type who int

const (
	ofRoles who = iota
	signedIn
	anyone
)

// Rows returns the condition of the rows that a viewer may touch. It depends on the viewer alone, and what it adds to a
// selector are predicates only.
type Rows func(v *Viewer) func(*sql.Selector)

// Allow is a rule for viewers who have one of the roles.
func Allow(roles ...string) Rule { return Rule{roles: roles} }

// SignedIn is a rule for every viewer who is known.
func SignedIn() Rule { return Rule{who: signedIn} }

// Anyone is a rule for every viewer, known or not.
func Anyone() Rule { return Rule{who: anyone} }

// Where restricts the rule to rows.
func (r Rule) Where(rows Rows) Rule {
	r.rows = rows
	return r
}

// On restricts the rule to kinds of mutations.
func (r Rule) On(ops ent.Op) Rule {
	r.ops = ops
	return r
}

func (r Rule) applies(v *Viewer, op ent.Op) bool {
	if r.ops != 0 && !r.ops.Is(op) {
		return false
	}
	switch r.who {
	case anyone:
		return true
	case signedIn:
		return v.SignedIn()
	}
	return v.Has(r.roles...)
}

// decide returns whether a viewer may touch all rows, or else the conditions of which one has to hold; none: no row.
func (rs Rules) decide(v *Viewer, op ent.Op) (all bool, rows []Rows) {
	if v.system {
		return true, nil
	}
	for i := range rs {
		if !rs[i].applies(v, op) {
			continue
		}
		if rs[i].rows == nil {
			return true, nil
		}
		rows = append(rows, rs[i].rows)
	}
	return false, rows
}

// condition joins conditions for a viewer: one has to hold.
func condition(v *Viewer, rows []Rows) func(*sql.Selector) {
	predicates := make([]func(*sql.Selector), len(rows))
	for i, r := range rows {
		predicates[i] = r(v)
	}
	if len(predicates) == 1 {
		return predicates[0]
	}
	return sql.OrPredicates(predicates...)
}

// Open tells whether the policy of an entity lets the context's viewer see all rows, so that a query need not be prepared
// to learn it.
func Open(ctx context.Context, policy ent.Policy) bool {
	policies, ok := policy.(privacy.Policies)
	if !ok || len(policies) != 1 {
		return false
	}
	p, ok := policies[0].(Policy)
	if !ok {
		return false
	}
	if all, _ := p.Query.decide(From(ctx), 0); !all {
		return false
	}
	_, decided := privacy.DecisionFromContext(ctx)
	return !decided
}

// Whole tells whether the rules of an entity's policy let the context's viewer do an operation with whatever rows, so that none has
// to be looked at.
func Whole(ctx context.Context, policy ent.Policy, op ent.Op) bool {
	policies, ok := policy.(privacy.Policies)
	if !ok || len(policies) != 1 {
		return false
	}
	p, ok := policies[0].(Policy)
	if !ok {
		return false
	}
	if _, decided := privacy.DecisionFromContext(ctx); decided {
		return true
	}
	all, _ := p.Mutation.decide(From(ctx), op)
	return all
}

// denied is what a viewer is told who may do nothing of a kind: [privacy.Deny] with the reason.
func denied(v *Viewer, what string) error {
	if !v.SignedIn() {
		return fmt.Errorf("%w: %s is not for everyone", ErrAnonymous, what)
	}
	return privacy.Denyf("no rule allows the viewer's roles %s", what)
}

// ErrAnonymous is the [privacy.Deny] of a viewer who has not signed in.
var ErrAnonymous = privacy.Denyf("nobody is signed in")

// EvalQuery implements [ent.Policy].
func (p Policy) EvalQuery(ctx context.Context, q ent.Query) error {
	v := From(ctx)
	all, rows := p.Query.decide(v, 0)
	switch {
	case all:
		return privacy.Allow
	case len(rows) == 0:
		return denied(v, "to see rows")
	}
	w, ok := q.(interface{ WhereP(...func(*sql.Selector)) })
	if !ok {
		return privacy.Denyf("%T has no WhereP: run go generate", q)
	}
	w.WhereP(condition(v, rows))
	return privacy.Allow
}

// EvalMutation implements [ent.Policy].
func (p Policy) EvalMutation(ctx context.Context, m ent.Mutation) error {
	v := From(ctx)
	all, rows := p.Mutation.decide(v, m.Op())
	switch {
	case all:
		return privacy.Allow
	case len(rows) == 0:
		return denied(v, "to change rows")
	case m.Op().Is(ent.OpCreate):
		return privacy.Allow // the row is looked at when it is there
	}
	w, ok := m.(interface{ WhereP(...func(*sql.Selector)) })
	if !ok {
		return privacy.Denyf("%T has no WhereP: run go generate", m)
	}
	w.WhereP(condition(v, rows))
	return privacy.Allow
}

// Policy implements [ent.Mixin].
func (p Policy) Policy() ent.Policy { return p }

// Annotations implements [ent.Mixin]: what the generator has to know of the rules.
func (p Policy) Annotations() []schema.Annotation {
	return []schema.Annotation{Declared{Query: p.Query.declared(), Mutation: p.Mutation.declared()}}
}

func (rs Rules) declared() Declaration {
	d := Declaration{Stated: rs != nil}
	for _, r := range rs {
		d.Rows = d.Rows || r.rows != nil
	}
	return d
}
