// Package access decides what a viewer may do with rows.
//
// Who asks is a [Viewer] in the context; what viewers of which roles may do with an entity is its [Policy], a mixin of
// its schema. What no rule allows is denied.
package access

import (
	"context"
	"slices"
	"strconv"
)

// Viewer is who asks. It is shared by all requests with one token: nothing in it may be changed.
type Viewer struct {
	// ID names the viewer; empty where nobody has signed in.
	ID string
	// Roles are what rules are for.
	Roles []string
	// Attributes are what else the token says, by the names of its claims.
	Attributes map[string]any

	system bool
}

var (
	anonymous = &Viewer{}
	system    = &Viewer{system: true}
)

// System is the program itself: it may do everything. It is for jobs and tools, never for a request.
func System() *Viewer { return system }

// SignedIn tells whether it is known who asks.
func (v *Viewer) SignedIn() bool { return v.ID != "" || v.system }

// Has tells whether the viewer has one of the roles.
func (v *Viewer) Has(roles ...string) bool {
	if v.system {
		return true
	}
	for _, r := range roles {
		if slices.Contains(v.Roles, r) {
			return true
		}
	}
	return false
}

// Number is the id as an integer, which keys mostly are; false where it is none.
func (v *Viewer) Number() (int64, bool) {
	n, err := strconv.ParseInt(v.ID, 10, 64)
	return n, err == nil
}

type viewerKey struct{}

// With returns a context in which v asks.
func With(ctx context.Context, v *Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// From returns the context's viewer: an anonymous one, whose ID is empty, where there is none.
func From(ctx context.Context) *Viewer {
	if v, ok := ctx.Value(viewerKey{}).(*Viewer); ok && v != nil {
		return v
	}
	return anonymous
}
