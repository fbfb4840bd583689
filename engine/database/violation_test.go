package database_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

const constraints = `
	CREATE TABLE parent (id bigint PRIMARY KEY);
	CREATE TABLE child (
		id        bigint PRIMARY KEY,
		parent_id bigint CONSTRAINT child_parent REFERENCES parent,
		"odd, ""name" text,
		code      text NOT NULL DEFAULT 'x',
		quantity  int CONSTRAINT child_quantity CHECK (quantity > 0),
		slot      int4range,
		CONSTRAINT child_slot EXCLUDE USING gist (slot WITH &&),
		CONSTRAINT child_pair UNIQUE (parent_id, "odd, ""name")
	);
	CREATE UNIQUE INDEX child_code_lower ON child (lower(code), quantity);
	INSERT INTO parent VALUES (1), (2);
	INSERT INTO child VALUES (1, 1, 'secret', 'a', 1, '[1,3)')`

func TestViolations(t *testing.T) {
	t.Parallel()
	db := setup(t)
	exec(t, db, constraints)
	for name, c := range map[string]struct {
		sql  string
		want database.Violation
	}{
		"a number out of range": {
			"INSERT INTO child VALUES (99999999999999999999)",
			database.Violation{Kind: database.Range},
		},
		"a text that is too long": {
			"CREATE TEMP TABLE short (x varchar(1)); INSERT INTO short VALUES ('xx')",
			database.Violation{Kind: database.Range},
		},
		"unique": {
			"INSERT INTO child VALUES (1)",
			database.Violation{Kind: database.Unique, Table: "child", Constraint: "child_pkey", Columns: []string{"id"}},
		},
		"unique pair": {
			"INSERT INTO child VALUES (2, 1, 'secret')",
			database.Violation{Kind: database.Unique, Table: "child", Constraint: "child_pair"},
		},
		"unique expression": {
			"INSERT INTO child VALUES (2, 2, 'b', 'A', 1)",
			database.Violation{Kind: database.Unique, Table: "child", Constraint: "child_code_lower"},
		},
		"foreign key, insert": {
			"INSERT INTO child VALUES (2, 99)",
			database.Violation{Kind: database.ForeignKey, Table: "child", Constraint: "child_parent", Columns: []string{"parent_id"}},
		},
		"foreign key, delete": {
			"DELETE FROM parent WHERE id = 1",
			database.Violation{Kind: database.ForeignKey, Table: "child", Constraint: "child_parent", Columns: []string{"id"}},
		},
		"check": {
			"INSERT INTO child VALUES (2, 2, 'b', 'b', 0)",
			database.Violation{Kind: database.Check, Table: "child", Constraint: "child_quantity"},
		},
		"not null": {
			"INSERT INTO child (id, code) VALUES (2, NULL)",
			database.Violation{Kind: database.NotNull, Table: "child", Columns: []string{"code"}},
		},
		"exclusion": {
			"INSERT INTO child VALUES (2, 2, 'b', 'b', 1, '[2,4)')",
			database.Violation{Kind: database.Exclusion, Table: "child", Constraint: "child_slot", Columns: []string{"slot"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, direct := db.Exec(t.Context(), c.sql)
			throughEnt := db.Driver().Exec(t.Context(), c.sql, []any{}, nil)
			// The chain that ent's generated code makes: sqlgraph's error in the client's.
			wrapped := fmt.Errorf("ent: constraint failed: %w", fmt.Errorf("insert node to table: %w", throughEnt))
			for _, err := range []error{direct, throughEnt, wrapped} {
				v, ok := database.AsViolation(err)
				require.True(t, ok, "%v", err)
				require.Equal(t, c.want, *v)
				require.False(t, database.IsRetryable(err))
				require.False(t, database.IsUnavailable(err))
			}
			require.Equal(t, c.want.Kind == database.Unique, sqlgraph.IsUniqueConstraintError(wrapped))
		})
	}
}

func TestViolationColumnsAreABestEffort(t *testing.T) {
	t.Parallel()
	for detail, want := range map[string][]string{
		`Key (a, b)=(1, 2) already exists.`:                     {"a", "b"},
		`Schlüssel »(a)=(x)« existiert bereits.`:                {"a"},
		`Ya existe la llave (email)=(a)=(b).`:                   {"email"},
		`Key ("Odd")=(1) already exists.`:                       {"Odd"},
		`Key ("say ""hi""")=(1) already exists.`:                {`say "hi"`},
		`Key (lower(email))=(secret) already exists.`:           nil,
		`Key (a, (b || 'x'::text))=(1, secret) already exists.`: nil,
		`a translation of another form`:                         nil,
		``:                                                      nil,
	} {
		v, ok := database.AsViolation(&pgconn.PgError{Code: "23505", Detail: detail})
		require.True(t, ok)
		require.Equal(t, want, v.Columns, detail)
	}
	_, ok := database.AsViolation(errors.New("duplicate key value violates unique constraint"))
	require.False(t, ok, "text is not evidence")
}

func TestServerError(t *testing.T) {
	t.Parallel()
	db := setup(t)
	_, err := db.Exec(t.Context(), `CREATE TABLE shelf (label text CONSTRAINT labelled CHECK (label <> ''))`)
	require.NoError(t, err)
	_, err = db.CopyIn(t.Context(), `COPY shelf FROM STDIN`, strings.NewReader("a\n\n"))
	e, ok := database.AsServerError(fmt.Errorf("wrapped: %w", err))
	require.True(t, ok)
	require.Equal(t, "23514", e.Code)
	require.Equal(t, "labelled", e.Constraint)
	require.Contains(t, e.Where, "COPY shelf, line 2")
	_, ok = database.AsServerError(io.EOF)
	require.False(t, ok)
}
