package load

import (
	"fmt"
	"strconv"
	"strings"
)

// SQLSTATE codes and classes (PostgreSQL, Appendix A) that are about rows.
const (
	codeNotNull    = "23502"
	codeForeignKey = "23503"
	codeUnique     = "23505"
	codeCheck      = "23514"

	codeOutOfRange   = "22003"
	codeDateSyntax   = "22007"
	codeDateRange    = "22008"
	codeTooLong      = "22001"
	codeTextSyntax   = "22P02"
	classData        = "22"
	classConstraint  = "23"
	classRaised      = "P0" // by a trigger
	classCheckOption = "44"
)

// Categories of types (pg_type.typcategory) that a reason has words for.
const (
	categoryBoolean  = "B"
	categoryDateTime = "D"
	categoryEnum     = "E"
	categoryNumber   = "N"
	categoryText     = "S"
)

// answer is what the database has said to a COPY.
type answer struct {
	err                error
	code               string
	message, detail    string
	where              string
	constraint, column string
}

// aboutRows tells whether a row was refused, rather than the statement.
func (a answer) aboutRows() bool {
	for _, class := range []string{classData, classConstraint, classRaised, classCheckOption} {
		if strings.HasPrefix(a.code, class) {
			return true
		}
	}
	return false
}

// text is the database's own reason.
func (a answer) text() string {
	if a.detail == "" {
		return a.message
	}
	return a.message + ": " + a.detail
}

// record returns the number of the record that the context of the message names, 0 if it names none. The words around
// the number are in the server's language; its place after the table's name is not.
func (a answer) record(table string) int64 {
	_, rest, ok := strings.Cut(a.where, "COPY "+table)
	if !ok {
		return 0
	}
	rest, _, _ = strings.Cut(rest, "\n")
	start := strings.IndexFunc(rest, isDigit)
	if start < 0 {
		return 0
	}
	rest = rest[start:]
	if end := strings.IndexFunc(rest, func(r rune) bool { return !isDigit(r) }); end >= 0 {
		rest = rest[:end]
	}
	n, _ := strconv.ParseInt(rest, 10, 64) // too long a number is as good as none
	return n
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// unreadable says why a text is no value of a column.
func unreadable(cell Cell, column attribute, a answer) string {
	if cell.Null {
		return missing(column)
	}
	what := shown(cell.Text)
	switch a.code {
	case codeOutOfRange:
		return fmt.Sprintf("%s is out of range for %s", what, column.Type)
	case codeTooLong:
		return fmt.Sprintf("%s is too long for %s", what, column.Type)
	case codeDateSyntax, codeDateRange, codeTextSyntax:
		return fmt.Sprintf("%s is not %s", what, kind(column))
	case codeCheck:
		return fmt.Sprintf("%s violates check %s", what, a.constraint)
	}
	return fmt.Sprintf("%s is not %s: %s", what, kind(column), a.text())
}

// missing says that a column wants a value.
func missing(column attribute) string {
	reason := "the cell is empty, which is NULL, and the column takes none"
	if column.Category == categoryText {
		reason += ` (an empty text is "")`
	}
	return reason
}

// kind says what a column wants, with its article.
func kind(column attribute) string {
	switch column.Base {
	case "int2", "int4", "int8":
		return "a whole number"
	case "date":
		return "a date"
	case "time", "timetz":
		return "a time of day"
	case "uuid":
		return "a UUID"
	case "json", "jsonb":
		return "JSON"
	}
	switch column.Category {
	case categoryNumber:
		return "a number"
	case categoryBoolean:
		return "true or false"
	case categoryDateTime:
		return "a date with a time"
	case categoryEnum:
		if len(column.Labels) > 0 {
			return "one of " + strings.Join(column.Labels, ", ")
		}
	}
	return "a value of type " + column.Type
}

// list writes one element as itself and several in brackets.
func list(elements []string) string {
	if len(elements) == 1 {
		return elements[0]
	}
	return "(" + strings.Join(elements, ", ") + ")"
}

// values writes the cells of a key.
func values(r Record, places []int) string {
	var texts []string
	for _, i := range places {
		switch cell := r.Cells[i]; {
		case cell.Null:
			texts = append(texts, "NULL")
		case isPlain(cell.Text):
			texts = append(texts, string(cell.Text))
		default:
			texts = append(texts, shown(cell.Text))
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return list(texts)
}

// isPlain tells whether a text can stand without quotes: a number or a word.
func isPlain(text []byte) bool {
	for _, b := range text {
		if !isDigit(rune(b)) && b != '-' && b != '.' && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') {
			return false
		}
	}
	return len(text) > 0 && len(text) <= maxShown
}
