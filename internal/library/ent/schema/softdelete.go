package schema

import (
	"context"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/mixin"

	"cambium/internal/library/ent/intercept"
)

// SoftDelete keeps deleted rows and hides them from every query.
type SoftDelete struct{ mixin.Schema }

// Fields of the SoftDelete.
func (SoftDelete) Fields() []ent.Field { return []ent.Field{optionalTime("deleted_at")} }

// Interceptors of the SoftDelete.
func (SoftDelete) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{
		intercept.TraverseFunc(func(_ context.Context, q intercept.Query) error {
			q.WhereP(sql.FieldIsNull("deleted_at"))
			return nil
		}),
	}
}
