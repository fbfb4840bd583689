package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"

	"cambium/engine/api"
)

// Region is a part of the sales area.
type Region struct{ ent.Schema }

// Mixin of the Region.
func (Region) Mixin() []ent.Mixin { return []ent.Mixin{Record{}, organisation()} }

// Fields of the Region.
func (Region) Fields() []ent.Field {
	return []ent.Field{
		uniqueText("name", "Name of the region."),
	}
}

// Edges of the Region.
func (Region) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("territories", Territory.Type).
			Annotations(entsql.OnDelete(entsql.Restrict)). // a region that still has territories is in use
			Comment("Territories of the region."),
	}
}

// Annotations of the Region.
func (Region) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("regions"),
		schema.Comment("A part of the sales area, made of territories."),
		api.Expose(api.Read, api.Create, api.Update, api.Delete, api.Upsert),
	}
}
