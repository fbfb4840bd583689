package migration_test

import (
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	"cambium/engine/migration"
)

// shop is a schema as ent generates it, with one of everything that PostgreSQL writes down otherwise than it was told.
func shop() []*schema.Table {
	numeric := map[string]string{"postgres": "numeric(12,2)"}
	owners := &schema.Table{
		Name: "owners", Comment: "Who owns shops: it's \"them\".",
		Columns: []*schema.Column{
			{Name: "id", Type: field.TypeInt64, Increment: true, Comment: "Key."},
			{Name: "name", Type: field.TypeString, Size: 80, Unique: true, Default: "it's me"},
			{Name: "born", Type: field.TypeTime, Nullable: true, SchemaType: map[string]string{"postgres": "date"}},
			{Name: "boss_id", Type: field.TypeInt64, Nullable: true},
		},
	}
	shops := &schema.Table{
		Name: "shops",
		Columns: []*schema.Column{
			{Name: "id", Type: field.TypeUUID, Default: schema.Expr("gen_random_uuid()")},
			{Name: "created_at", Type: field.TypeTime, Default: schema.Expr("now()")},
			{Name: "kind", Type: field.TypeEnum, Enums: []string{"a", "b"}, Default: "a"},
			{Name: "rent", Type: field.TypeFloat64, SchemaType: numeric, Default: schema.Expr("0.50"), Comment: "Per month."},
			{Name: "open", Type: field.TypeBool, Default: true},
			{Name: "size", Type: field.TypeInt16, Default: 3},
			{Name: "meta", Type: field.TypeJSON, Nullable: true, Default: `{"k": "it's"}`},
			{Name: "photo", Type: field.TypeBytes, Nullable: true},
			{Name: "tags", Type: field.TypeOther, Nullable: true, SchemaType: map[string]string{"postgres": "text[]"}},
			{Name: "owner_id", Type: field.TypeInt64},
		},
		Annotation: &entsql.Annotation{Checks: map[string]string{
			"shops_rent_check": "rent >= 0 AND rent < 'Infinity'::numeric",
			"shops_size_check": "size IN (1, 2, 3)",
			"shops_kind_check": "lower(kind) = kind OR kind LIKE 'x%'",
		}},
	}
	pairs := &schema.Table{
		Name:    "owner_shops",
		Columns: []*schema.Column{{Name: "owner_id", Type: field.TypeInt64}, {Name: "shop_id", Type: field.TypeUUID}},
	}
	for _, t := range []*schema.Table{owners, shops} {
		t.PrimaryKey = t.Columns[:1]
	}
	pairs.PrimaryKey = pairs.Columns
	fk := func(symbol string, t, ref *schema.Table, col int, del schema.ReferenceOption) {
		t.ForeignKeys = append(t.ForeignKeys, &schema.ForeignKey{
			Symbol: symbol, Columns: t.Columns[col : col+1], RefTable: ref, RefColumns: ref.Columns[:1], OnDelete: del,
		})
	}
	fk("owners_boss", owners, owners, 3, schema.SetNull)
	fk("shops_owner", shops, owners, 9, schema.Restrict)
	fk("pairs_owner", pairs, owners, 0, schema.Cascade)
	fk("pairs_shop", pairs, shops, 1, schema.NoAction)
	shops.Indexes = []*schema.Index{
		{Name: "shops_owner_id_created_at", Columns: []*schema.Column{shops.Columns[9], shops.Columns[1]}, Annotation: &entsql.IndexAnnotation{DescColumns: map[string]bool{"created_at": true}}},
		{Name: "shops_open", Columns: shops.Columns[4:5], Annotation: &entsql.IndexAnnotation{Where: "open AND rent > 0", IncludeColumns: []string{"size"}}},
		{Name: "shops_tags", Columns: shops.Columns[8:9], Annotation: &entsql.IndexAnnotation{Types: map[string]string{"postgres": "GIN"}}},
	}
	pairs.Indexes = []*schema.Index{{Name: "pairs_shop_id_owner_id", Unique: true, Columns: []*schema.Column{pairs.Columns[1], pairs.Columns[0]}}}
	return []*schema.Table{owners, shops, pairs}
}

// column is a column of a table of the list.
func column(tables []*schema.Table, table, name string) *schema.Column {
	for _, t := range tables {
		for _, c := range t.Columns {
			if t.Name == table && c.Name == name {
				return c
			}
		}
	}
	panic("no column " + table + "." + name)
}

// wanted is a schema of tables alone.
func wanted(tables []*schema.Table) migration.Schema { return migration.Schema{Tables: tables} }
