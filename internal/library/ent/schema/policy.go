package schema

import (
	"context"

	"entgo.io/ent"

	"cambium/engine/access"
	libent "cambium/internal/library/ent"
	"cambium/internal/library/ent/loan"
	"cambium/internal/library/ent/member"
	"cambium/internal/library/ent/privacy"
	"cambium/internal/library/viewer"
)

// open is for everyone, known or not.
func open() access.Policy {
	return access.Policy{Query: access.Rules{access.Anyone()}, Mutation: access.Rules{access.Anyone()}}
}

// Policy of the Member: a branch's viewers see its members.
func (Member) Policy() ent.Policy {
	return query(privacy.MemberQueryRuleFunc(func(ctx context.Context, q *libent.MemberQuery) error {
		v, _ := viewer.From(ctx)
		q.Where(member.BranchID(v.Branch))
		return privacy.Skip
	}))
}

// Policy of the Loan: who sees a member sees the member's loans.
func (Loan) Policy() ent.Policy {
	return query(privacy.LoanQueryRuleFunc(func(ctx context.Context, q *libent.LoanQuery) error {
		v, _ := viewer.From(ctx)
		q.Where(loan.HasMemberWith(member.BranchID(v.Branch)))
		return privacy.Skip
	}))
}

// Policy of the Note: it is for the staff.
func (Note) Policy() ent.Policy { return query(privacy.AlwaysDenyRule()) }

// query returns a policy under which nobody sees anything, the staff everything, and other viewers what the rule leaves
// to them.
func query(rule privacy.QueryRule) ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(gate), rule},
		Mutation: privacy.MutationPolicy{privacy.AlwaysAllowRule()}, // the tests of reading are about queries
	}
}

func gate(ctx context.Context) error {
	switch v, ok := viewer.From(ctx); {
	case !ok:
		return privacy.Denyf("nobody is looking")
	case v.Staff:
		return privacy.Allow
	}
	return privacy.Skip
}
