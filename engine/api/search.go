package api

import (
	"fmt"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"
)

// SearchColumn is the column that [Search] adds.
const SearchColumn = "search_document"

// The weights of the columns of a search, the first one's first (PostgreSQL's manual, section 12.3.3).
const weights = "ABCD"

// Search makes rows findable by the words in text columns, of which there are at most four, the most telling first: the
// entity's lists in the API get an argument `search`, which orders by rank where nothing else is asked for.
//
//	func (Product) Mixin() []ent.Mixin { return []ent.Mixin{api.Search("name", "description")} }
//
// The words are kept in a generated column with a GIN index. They are not stemmed: data in several languages has no one
// dictionary.
//
// The column is PostgreSQL's to write: it refuses what the ent client's SetSearchDocument would store. It is an ent field
// because the Atlas CLI reads the schema without anything else of ours; so the client reads it with its rows, about as many
// bytes as the texts have, and a query that reads many is better off with Select. The API never reads it.
func Search(columns ...string) ent.Mixin {
	return search{columns: columns}
}

type search struct {
	mixin.Schema

	columns []string
}

// Fields implements [ent.Mixin].
func (s search) Fields() []ent.Field {
	if len(s.columns) == 0 || len(s.columns) > len(weights) {
		panic(fmt.Sprintf("api: a search of %d columns; it takes 1 to %d", len(s.columns), len(weights)))
	}
	var parts []string
	for i, c := range s.columns {
		parts = append(parts, fmt.Sprintf(`setweight(to_tsvector('simple', coalesce(%s, '')), '%c')`, c, weights[i]))
	}
	document := "tsvector GENERATED ALWAYS AS (" + strings.Join(parts, " || ") + ") STORED"
	return []ent.Field{
		field.Text(SearchColumn).Optional().Immutable().Sensitive().
			SchemaType(map[string]string{dialect.Postgres: document}).
			Comment("Words to search for, kept by the database."),
	}
}

// Indexes implements [ent.Mixin].
func (search) Indexes() []ent.Index {
	return []ent.Index{index.Fields(SearchColumn).Annotations(entsql.IndexType("GIN"))}
}

// Annotations implements [ent.Mixin].
func (search) Annotations() []schema.Annotation {
	return []schema.Annotation{Annotation{Searchable: true}}
}
