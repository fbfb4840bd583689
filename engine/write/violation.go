package write

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"entgo.io/ent/privacy"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/database"
)

// ofStatement turns what a statement broke into a fault at the row and the field that it is about.
func (b *batch) ofStatement(members []*member, err error) error {
	v, ok := database.AsViolation(err)
	if !ok {
		return fmt.Errorf("write %s: %w", b.entity.Name, err)
	}
	path := commonPath(members)
	if m := b.culprit(members, v, err); m != nil {
		path = m.path.path()
	}
	return &violationError{err, Faults{b.entity.violated(v, path)}}
}

// violationError is a broken constraint: a fault to who sent the input, and PostgreSQL's answer to who asks for it.
type violationError struct {
	error

	faults Faults
}

func (e *violationError) Unwrap() []error { return []error{e.faults, e.error} }

// violated describes a broken constraint by names of the API.
func (e *entity) violated(v *database.Violation, path ast.Path) *Error {
	fault := &Error{Field: path}
	columns := v.Columns
	switch v.Kind {
	case database.Unique, database.Exclusion:
		fault.Code, fault.Message = Conflict, "is taken by another row"
	case database.ForeignKey:
		fault.Code, fault.Message = Conflict, "the row that it refers to is gone"
		if v.Table != e.Table { // a row of another table refers to one that was to be deleted
			fault.Message = "is still referred to by other rows"
			return fault
		}
	case database.NotNull:
		fault.Code, fault.Message = BadUserInput, "must not be null"
	default:
		fault.Code, fault.Message = BadUserInput, "is out of its range"
		if column := e.Checks[v.Constraint]; column != "" {
			columns = []string{column}
		}
	}
	if v.Table != e.Table {
		return fault
	}
	for _, column := range columns {
		if label := e.labels[column]; label != "" {
			path = append(path, name(label))
			fault.Field = path
			break
		}
	}
	return fault
}

// commonPath is where the inputs of all rows are.
func commonPath(members []*member) ast.Path {
	path := members[0].path.path()
	for _, m := range members[1:] {
		other, n := m.path.path(), 0
		for n < len(path) && n < len(other) && path[n] == other[n] {
			n++
		}
		path = path[:n]
	}
	return path
}

// culprit finds the row that broke a constraint, by the values that PostgreSQL's detail gives; they are compared here and go
// nowhere.
func (b *batch) culprit(members []*member, v *database.Violation, err error) *member {
	if len(members) == 1 {
		return members[0]
	}
	server, ok := database.AsServerError(err)
	if !ok {
		return nil
	}
	if v.Kind == database.Check || v.Kind == database.NotNull {
		return failing(members, server.Detail)
	}
	if len(v.Columns) == 0 {
		return nil
	}
	_, values, ok := strings.Cut(server.Detail, ")=(")
	if !ok {
		return nil
	}
	var found *member
	longest := 0
	for _, m := range members {
		text, known := b.keyText(m, v.Columns)
		if known && len(text) >= longest && strings.HasPrefix(values, text+")") {
			found, longest = m, len(text) // of two with the same key the second one broke it; one may be how another's begins
		}
	}
	return found
}

// keyText is what PostgreSQL writes of the columns of a row in a detail.
func (b *batch) keyText(m *member, columns []string) (string, bool) {
	texts := make([]string, len(columns))
	for i, column := range columns {
		v, ok := m.final.Field(column)
		if !ok {
			d := b.entity.ownEdge(column)
			if d == nil {
				return "", false
			}
			ids := m.final.AddedIDs(d.Field)
			if len(ids) != 1 {
				return "", false
			}
			v = ids[0]
		}
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ", "), true
}

// failing finds the row that the detail of a check shows whole, in the order of the table's columns: the only one of which the key
// comes first, where it is known, and every text and integer is there. Where there are several like it there is none: the
// fault is then told of all of them.
func failing(members []*member, detail string) (found *member) {
	from, to := strings.IndexByte(detail, '('), strings.LastIndexByte(detail, ')')
	if from < 0 || to < from {
		return nil
	}
	row := between + detail[from+1:to] + between
	for _, m := range members {
		switch {
		case !m.shownIn(row):
		case found != nil:
			return nil
		default:
			found = m
		}
	}
	return found
}

const (
	between = ", " // of the values of a row in a detail
	// longestShown is what PostgreSQL shows of a value at most, in bytes (execMain.c, ExecBuildSlotValueDescription).
	longestShown = 64
)

func (m *member) shownIn(row string) bool {
	if m.create == nil && !strings.HasPrefix(row, between+fmt.Sprint(m.key)+between) {
		return false
	}
	for _, column := range m.final.Fields() {
		field, _ := m.final.Field(column)
		v := reflect.ValueOf(field)
		text := fmt.Sprint(field)
		if v.Kind() != reflect.String && !v.CanInt() && !v.CanUint() || len(text) > longestShown {
			continue // written in another way, or cut
		}
		if !strings.Contains(row, between+text+between) {
			return false
		}
	}
	return true
}

// ownEdge is the edge of which a column is the foreign key.
func (e *entity) ownEdge(column string) *edge {
	for _, d := range e.byField {
		if d.Own && d.Column == column {
			return d
		}
	}
	return nil
}

// presentable turns an error of a row into what its sender may know; what it cannot, it leaves as it is.
func presentable(err error) error {
	var faults Faults
	var placed *placedError
	if errors.As(err, &faults) || !errors.As(err, &placed) {
		return err
	}
	e := placed.entity
	if errors.Is(err, privacy.Deny) {
		return &deniedError{err, Faults{{Code: Forbidden, Message: "is not allowed", Field: placed.path.path()}}}
	}
	if v, ok := database.AsViolation(err); ok { // of a statement that ent ran
		return &violationError{err, Faults{e.violated(v, placed.path.path())}}
	}
	if e.Invalid == nil {
		return err
	}
	if field, ok := e.Invalid(placed.error); ok {
		fault := &Error{Code: BadUserInput, Message: innermost(placed.error), Field: placed.path.path()}
		if label := e.labels[field]; label != "" {
			fault.Field = append(fault.Field, name(label))
		}
		return Faults{fault}
	}
	return err
}

// deniedError is a policy's answer, for who may read it and for the log.
type deniedError struct {
	error

	faults Faults
}

func (e *deniedError) Unwrap() []error { return []error{e.faults, e.error} }

// innermost is the message of the error at the end of a chain: a validator's own words, without ent's.
func innermost(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return strings.TrimPrefix(err.Error(), "ent: ")
		}
		err = inner
	}
}
