// Package viewer says who is looking at the library.
package viewer

import (
	"context"

	"cambium/engine/access"
)

// RoleStaff is the role of the staff.
const RoleStaff = "staff"

// Viewer is who asks.
type Viewer struct {
	// Branch is the id of the branch whose members the viewer looks after.
	Branch string
	// Staff see the members of every branch, and notes.
	Staff bool
}

// With returns a context in which v is the viewer.
func With(ctx context.Context, v Viewer) context.Context {
	a := &access.Viewer{ID: "reader of " + v.Branch, Attributes: map[string]any{"branch": v.Branch}}
	if v.Staff {
		a.Roles = []string{RoleStaff}
	}
	return access.With(ctx, a)
}

// From returns the context's viewer; false where there is none.
func From(ctx context.Context) (Viewer, bool) {
	a := access.From(ctx)
	branch, _ := a.Attributes["branch"].(string)
	return Viewer{Branch: branch, Staff: a.Has(RoleStaff)}, a.SignedIn()
}
