package studio

import (
	"slices"

	"cambium/engine/access"
	"cambium/engine/read"
)

// Policy says who may do what with the rows of an entity, a line for each rule.
type Policy struct {
	See    []string `json:"see"`
	Change []string `json:"change"`
	// Private are the fields that not everyone who sees a row may read.
	Private []Private `json:"private"`
}

// Private is a field, and whom it is for.
type Private struct {
	Field   string   `json:"field"`
	Readers []string `json:"readers"`
}

// PolicyOf tells the policy of an entity.
func PolicyOf(e *read.Entity) Policy {
	described := access.Describe(e.Policy)
	policy := Policy{See: described.Query, Change: described.Mutation}
	for _, f := range e.Fields {
		if f.Guard == nil {
			continue
		}
		readers := slices.Clone(f.Guard.Roles)
		if f.Guard.Owner != "" {
			readers = append(readers, "whose id is in "+f.Guard.Owner)
		}
		policy.Private = append(policy.Private, Private{Field: f.Name, Readers: readers})
	}
	return policy
}
