package database

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// ServerError is what PostgreSQL says of a statement that failed. The texts are in the language of the server and may
// hold values of rows: they are for logs and for those who own the data.
type ServerError struct {
	Code       string // SQLSTATE
	Message    string
	Detail     string
	Where      string // what it was doing, such as the line of a COPY
	Constraint string
	Column     string
}

// AsServerError finds PostgreSQL's answer in an error's chain.
func AsServerError(err error) (*ServerError, bool) {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return nil, false
	}
	return &ServerError{
		Code: e.Code, Message: e.Message, Detail: e.Detail, Where: e.Where,
		Constraint: e.ConstraintName, Column: e.ColumnName,
	}, true
}
