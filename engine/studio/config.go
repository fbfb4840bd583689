package studio

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// Config is what a studio shows, and to whom.
type Config struct {
	// API is the GraphQL API, with introspection. Required. It is asked at /graphql.
	API http.Handler
	// Name is the program's, and Version its release.
	Name, Version string
	// Database is where the data is, such as "shop@127.0.0.1:5432": database@host, without a password.
	Database string
	// Local says that the database is this machine's own; the page turns red where it is not.
	Local bool
	// ReadOnly refuses every mutation.
	ReadOnly bool
	// Token is what whoever opens the page has to know; see [Handler.URL]. Empty lets everyone pass who reaches the handler:
	// then something else has to stand in front of it.
	Token string
	// Hosts are the names under which the studio may be asked, beside those of this machine's loopback: a foreign name that
	// was made to lead here is refused.
	Hosts []string
	// Roles are those that an operation can be asked as, and SignIn makes a token of a viewer. Without SignIn everything is
	// asked as the API decides.
	Roles  []string
	SignIn func(Viewer) (token string, err error)
	// Viewers is the entity whose rows are the viewers; empty where none is.
	Viewers string
	// Migrations reads what the database has of them; nil where there is nothing to show.
	Migrations func(context.Context) (Migrations, error)
	// Drift lists the statements that lead from the database to the schema; none where they agree, nil where that is not to
	// be asked.
	Drift func(context.Context) ([]string, error)
	// Tables describes what introspection does not: tables, their columns and indexes, and who may do what with their rows.
	Tables []Table
	// Tracer keeps the statements of the last operations; nil where that is nobody's business.
	Tracer *Tracer
}

func (c *Config) validate() error {
	if c.API == nil {
		return errors.New("studio: there is no API")
	}
	c.Tables = slices.Clone(c.Tables)
	for i := range c.Tables {
		c.Tables[i].complete()
	}
	return nil
}

// Viewer is who is to be asked as.
type Viewer struct {
	// ID is the viewer's own id. Node, where it is not empty, is the API's id of a row of Viewers, and stands for it.
	ID    string   `json:"id"`
	Node  string   `json:"node"`
	Roles []string `json:"roles"`
}

// Migrations is the history of a database.
type Migrations struct {
	Files []Migration `json:"files"`
	// Fault says why there is no telling.
	Fault string `json:"fault,omitempty"`
}

// Migration is one file.
type Migration struct {
	Name  string        `json:"name"`
	State string        `json:"state"` // applied, pending, partial, edited, missing, ahead, out of order
	At    time.Time     `json:"at,omitzero"`
	Took  time.Duration `json:"-"`
	Time  string        `json:"took,omitempty"` // Took, to read
	By    string        `json:"by,omitempty"`
	SQL   string        `json:"sql,omitempty"`
	Note  string        `json:"note,omitempty"`
}

// Table is where an entity is stored.
type Table struct {
	Entity     string      `json:"entity"`
	Name       string      `json:"table"`
	Columns    []Column    `json:"columns"`
	Indexes    []Index     `json:"indexes"`
	References []Reference `json:"references"`
	Policy     Policy      `json:"policy"`
}

// complete makes empty lists of none: the page reads lists.
func (t *Table) complete() {
	t.Columns = append([]Column{}, t.Columns...)
	t.Indexes = append([]Index{}, t.Indexes...)
	t.References = append([]Reference{}, t.References...)
	p := &t.Policy
	p.See, p.Change, p.Private = append([]string{}, p.See...), append([]string{}, p.Change...), append([]Private{}, p.Private...)
}

// Column of a [Table].
type Column struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Nullable bool   `json:"nullable"`
	Default  string `json:"default,omitempty"`
}

// Index of a [Table].
type Index struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Unique  bool     `json:"unique"`
}

// Reference is a foreign key of a [Table].
type Reference struct {
	Columns  []string `json:"columns"`
	Table    string   `json:"table"`
	OnDelete string   `json:"onDelete"`
}
