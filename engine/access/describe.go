package access

import (
	"reflect"
	"runtime"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/privacy"
)

// Description is a policy for people to read: a line for each rule.
type Description struct {
	Query, Mutation []string
}

// ownCode is what there is to say of a policy that is not made of [Rules].
const ownCode = "decided by code of its own"

// Describe tells the policy of an entity, as ent has put it together.
func Describe(policy ent.Policy) Description {
	policies, ok := policy.(privacy.Policies)
	if !ok {
		policies = privacy.Policies{policy}
	}
	var d Description
	for _, each := range policies {
		p, ok := each.(Policy)
		if !ok {
			d.Query, d.Mutation = append(d.Query, ownCode), append(d.Mutation, ownCode)
			continue
		}
		d.Query, d.Mutation = append(d.Query, p.Query.describe()...), append(d.Mutation, p.Mutation.describe()...)
	}
	return d
}

func (rs Rules) describe() (lines []string) {
	for _, r := range rs {
		lines = append(lines, r.String())
	}
	if len(rs) == 0 {
		return []string{"nobody"}
	}
	return lines
}

// String tells the rule: who, what, and which rows.
func (r Rule) String() string {
	text := strings.Join(r.roles, ", ")
	switch r.who {
	case anyone:
		text = "anyone"
	case signedIn:
		text = "whoever is signed in"
	}
	var ops []string
	for _, o := range []struct {
		op   ent.Op
		name string
	}{{ent.OpCreate, "create"}, {ent.OpUpdate | ent.OpUpdateOne, "update"}, {ent.OpDelete | ent.OpDeleteOne, "delete"}} {
		if r.ops.Is(o.op) {
			ops = append(ops, o.name)
		}
	}
	if len(ops) > 0 {
		text += ": " + strings.Join(ops, ", ")
	}
	if r.rows == nil {
		return text
	}
	if name := nameOf(r.rows); name != "" {
		return text + ", rows of " + name
	}
	return text + ", some rows"
}

// nameOf is the name of a function; empty for one that has none.
func nameOf(rows Rows) string {
	name := runtime.FuncForPC(reflect.ValueOf(rows).Pointer()).Name()
	name = name[strings.LastIndex(name, "/")+1:]
	if parts := strings.Split(name, "."); len(parts) == 2 {
		return parts[1]
	}
	return ""
}
