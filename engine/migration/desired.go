package migration

import (
	"context"
	"crypto/rand"
	_ "embed" // the query
	"errors"
	"fmt"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	entschema "entgo.io/ent/dialect/sql/schema"
)

//go:embed queries/extension_tables.sql
var extensionTablesQuery string

// errRollback ends a transaction that was only meant to look.
var errRollback = errors.New("rolled back on purpose")

// current reads the session's schema, without what is not the app's: the revision table and the tables of extensions.
// Types, functions and views are left alone: ent's tables cannot say anything about them.
func (s *session) current(ctx context.Context) (*schema.Schema, error) {
	foreign, err := scanStrings(ctx, s.target, extensionTablesQuery, s.schema)
	if err != nil {
		return nil, fmt.Errorf("read schema %s: %w", s.schema, err)
	}
	found, err := s.inspect(ctx, s.schema)
	if err != nil {
		return nil, err
	}
	found.Tables = without(found.Tables, append(foreign, revisionName))
	return found, nil
}

func (s *session) inspect(ctx context.Context, name string) (*schema.Schema, error) {
	found, err := s.driver.InspectSchema(ctx, name, &schema.InspectOptions{Mode: schema.InspectSchemas | schema.InspectTables})
	if err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	return found, nil
}

func without(tables []*schema.Table, names []string) []*schema.Table {
	kept := make([]*schema.Table, 0, len(tables))
next:
	for _, t := range tables {
		for _, n := range names {
			if t.Name == n {
				continue next
			}
		}
		kept = append(kept, t)
	}
	return kept
}

// desired is what the session's schema would be if it had been made from ent's tables: they are created in a schema of
// their own, read back, and rolled back. That needs no second database, sees the extensions of this one, and leaves
// nothing behind, however it ends.
func (s *session) desired(ctx context.Context, tables []*entschema.Table) (*schema.Schema, error) {
	want, err := s.convert(ctx, tables)
	if err != nil {
		return nil, err
	}
	var got *schema.Schema
	err = s.inTx(ctx, func() error {
		aside := "cambium_plan_" + strings.ToLower(rand.Text()[:8])
		err := s.driver.ApplyChanges(ctx, []schema.Change{&schema.AddSchema{S: schema.New(aside)}})
		if err != nil {
			return fmt.Errorf("create schema: %w", err)
		}
		// Unqualified names mean the new schema first; what it lacks, such as an extension's types, is found as usual.
		if _, err := s.target.ExecContext(ctx, "SELECT set_config('search_path', $1, true)", aside+", "+s.path); err != nil {
			return fmt.Errorf("set search_path: %w", err)
		}
		changes := make([]schema.Change, len(want.Tables))
		for i, t := range want.Tables {
			t.Schema = schema.New(aside)
			changes[i] = &schema.AddTable{T: t}
		}
		if err := s.driver.ApplyChanges(ctx, changes, unqualified, inPlace); err != nil {
			return fmt.Errorf("create tables: %w", err)
		}
		if got, err = s.inspect(ctx, aside); err != nil {
			return err
		}
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		return nil, fmt.Errorf("try ent's tables: %w", err)
	}
	return got, nil
}

func inPlace(o *migrate.PlanOptions) { o.Mode = migrate.PlanModeInPlace }

// convert turns ent's tables into Atlas'.
func (s *session) convert(ctx context.Context, tables []*entschema.Table) (*schema.Schema, error) {
	if len(tables) == 0 {
		return schema.New(""), nil
	}
	conv, err := entschema.NewMigrate(sql.NewDriver(dialect.Postgres, sql.Conn{ExecQuerier: s.target}))
	if err != nil {
		return nil, fmt.Errorf("convert ent's tables: %w", err)
	}
	realm, err := conv.StateReader(tables...).ReadState(ctx)
	if err != nil {
		return nil, fmt.Errorf("convert ent's tables: %w", err)
	}
	if len(realm.Schemas) != 1 {
		return nil, fmt.Errorf("convert ent's tables: they are in %d schemas: put them in one, without entsql.Schema", len(realm.Schemas))
	}
	if views := realm.Schemas[0].Views; len(views) > 0 {
		return nil, fmt.Errorf("convert ent's tables: view %q has its SQL in ent: remove entsql.View, and create it in a migration", views[0].Name)
	}
	return realm.Schemas[0], nil
}
