// Package load puts text records into the tables of a database: all of them, or none and a precise fault.
//
// A [Source] is a set of tables, each with its column names and a stream of records. [Directory] reads one from CSV
// files; a generator can be another. [Load] learns from the database's catalogue what the tables are, orders them by
// their foreign keys, and sends each through one COPY, all in one transaction. Memory does not grow with the records.
//
// What is wrong with a record is decided by PostgreSQL, never guessed here; the package only finds the cell. A COPY
// that fails is rolled back to a savepoint, and the record is then looked for in a second reading of the source, so
// the ordinary case pays nothing for it.
package load
