// Package viewer carries through the context who is looking at the library.
package viewer

import "context"

// Viewer is who asks.
type Viewer struct {
	// Branch is the id of the branch whose members the viewer looks after.
	Branch string
	// Staff see the members of every branch, and notes.
	Staff bool
}

type key struct{}

// With returns a context in which v is the viewer.
func With(ctx context.Context, v Viewer) context.Context { return context.WithValue(ctx, key{}, v) }

// From returns the context's viewer; false where there is none.
func From(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(key{}).(Viewer)
	return v, ok
}
