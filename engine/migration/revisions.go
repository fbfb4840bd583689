package migration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// revisionName names the table in which Atlas records what was applied, and the schema of that table on a connection
// whose URL does not choose one with search_path (ariga.io/atlas/cmd/atlas/internal/migrate/ent/schema).
const revisionName = "atlas_schema_revisions"

// cloudID is the version of a row that is none: Atlas Cloud's name for the table.
const cloudID = ".atlas_cloud_identifier"

// revisions is Atlas' revision table, read and written as the Atlas CLI does.
type revisions struct {
	conn   schema.ExecQuerier
	schema string
}

var revisionColumns = [...]string{
	"version", "description", "type", "applied", "total", "executed_at", "execution_time",
	"error", "error_stmt", "hash", "partial_hashes", "operator_version",
}

// Ident implements migrate.RevisionReadWriter.
func (r *revisions) Ident() *migrate.TableIdent {
	return &migrate.TableIdent{Name: revisionName, Schema: r.schema}
}

// ReadRevisions implements migrate.RevisionReadWriter. A database without the table has no revisions.
func (r *revisions) ReadRevisions(ctx context.Context) ([]*migrate.Revision, error) {
	return r.read(ctx, sql.NEQ("version", cloudID))
}

// ReadRevision implements migrate.RevisionReadWriter.
func (r *revisions) ReadRevision(ctx context.Context, version string) (*migrate.Revision, error) {
	all, err := r.read(ctx, sql.EQ("version", version))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, migrate.ErrRevisionNotExist
	}
	return all[0], nil
}

func (r *revisions) read(ctx context.Context, where *sql.Predicate) (_ []*migrate.Revision, err error) {
	if there, err := r.exists(ctx); err != nil || !there {
		return nil, err
	}
	query, args := sql.Dialect(dialect.Postgres).
		Select(revisionColumns[:]...).
		From(sql.Table(revisionName).Schema(r.schema)).
		Where(where).OrderBy("version").Query()
	rows, err := r.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []*migrate.Revision
	for rows.Next() {
		var (
			rev             migrate.Revision
			failed, failing sql.NullString
			partial         []byte
		)
		err := rows.Scan(&rev.Version, &rev.Description, &rev.Type, &rev.Applied, &rev.Total, &rev.ExecutedAt,
			&rev.ExecutionTime, &failed, &failing, &rev.Hash, &partial, &rev.OperatorVersion)
		if err != nil {
			return nil, fmt.Errorf("read revisions: %w", err)
		}
		rev.Error, rev.ErrorStmt = failed.String, failing.String
		if len(partial) > 0 {
			if err := json.Unmarshal(partial, &rev.PartialHashes); err != nil {
				return nil, fmt.Errorf("read revision %s: %w", rev.Version, err)
			}
		}
		all = append(all, &rev)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	return all, nil
}

// WriteRevision implements migrate.RevisionReadWriter.
func (r *revisions) WriteRevision(ctx context.Context, rev *migrate.Revision) error {
	partial, err := json.Marshal(rev.PartialHashes)
	if err != nil {
		return fmt.Errorf("write revision %s: %w", rev.Version, err)
	}
	query, args := sql.Dialect(dialect.Postgres).
		Insert(revisionName).Schema(r.schema).Columns(revisionColumns[:]...).
		Values(rev.Version, rev.Description, int64(rev.Type), rev.Applied, rev.Total, rev.ExecutedAt,
			int64(rev.ExecutionTime), rev.Error, rev.ErrorStmt, rev.Hash, string(partial), rev.OperatorVersion).
		OnConflict(sql.ConflictColumns("version"), sql.ResolveWithNewValues()).Query()
	if _, err := r.conn.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("write revision %s: %w", rev.Version, err)
	}
	return nil
}

// DeleteRevision implements migrate.RevisionReadWriter.
func (r *revisions) DeleteRevision(ctx context.Context, version string) error {
	query, args := sql.Dialect(dialect.Postgres).
		Delete(revisionName).Schema(r.schema).Where(sql.EQ("version", version)).Query()
	if _, err := r.conn.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("delete revision %s: %w", version, err)
	}
	return nil
}

func (r *revisions) exists(ctx context.Context) (bool, error) {
	var there bool
	err := scanOne(ctx, r.conn, &there, "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = $2)",
		r.schema, revisionName)
	if err != nil {
		return false, fmt.Errorf("look for the revision table: %w", err)
	}
	return there, nil
}

// create makes the table, column for column the one that the Atlas CLI makes, so that neither alters the other's. The
// caller holds the lock.
func (r *revisions) create(ctx context.Context, drv migrate.Driver) error {
	if there, err := r.exists(ctx); err != nil || there {
		return err
	}
	var changes []schema.Change
	var known bool
	if err := scanOne(ctx, r.conn, &known, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", r.schema); err != nil {
		return fmt.Errorf("create the revision table: %w", err)
	}
	if !known {
		changes = append(changes, &schema.AddSchema{S: schema.New(r.schema), Extra: []schema.Clause{&schema.IfNotExists{}}})
	}
	if err := drv.ApplyChanges(ctx, append(changes, &schema.AddTable{T: revisionTable(r.schema)})); err != nil {
		return fmt.Errorf("create the revision table: %w", err)
	}
	return nil
}

func revisionTable(in string) *schema.Table {
	text := func(name string) *schema.Column { return schema.NewStringColumn(name, postgres.TypeText).SetNull(true) }
	varchar := func(name string) *schema.Column { return schema.NewStringColumn(name, postgres.TypeVarChar) }
	bigint := func(name string) *schema.Column { return schema.NewIntColumn(name, postgres.TypeBigInt) }
	version := varchar("version")
	return schema.NewTable(revisionName).SetSchema(schema.New(in)).
		AddColumns(
			version,
			varchar("description"),
			bigint("type").SetDefault(&schema.RawExpr{X: "2"}),
			bigint("applied").SetDefault(&schema.RawExpr{X: "0"}),
			bigint("total").SetDefault(&schema.RawExpr{X: "0"}),
			schema.NewTimeColumn("executed_at", postgres.TypeTimestampTZ),
			bigint("execution_time"),
			text("error"),
			text("error_stmt"),
			varchar("hash"),
			schema.NewJSONColumn("partial_hashes", postgres.TypeJSONB).SetNull(true),
			varchar("operator_version"),
		).
		SetPrimaryKey(schema.NewPrimaryKey(version))
}
