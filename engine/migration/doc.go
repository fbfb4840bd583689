// Package migration brings a PostgreSQL database from one version of the schema to the next, over the Atlas library.
//
// A [Dir] is a directory of SQL files in Atlas' default format: one file per version, named
// YYYYMMDDHHMMSS_description.sql, with their checksums in atlas.sum, and, in down/, the reverse of each under its name. It is
// embedded in the program ([NewDir]) or lies on disk ([LocalDir]). Nothing is done with a directory that atlas.sum does not
// vouch for.
//
// # Written
//
// [Diff] writes the next files: it replays the directory in a throw-away database on the development server, compares the
// outcome with the [Schema], and writes what is between them, after it has tried it up, down and up again. What is renamed is
// declared, said or asked for; what is dropped has to be named. [Changes] only asks what Diff would write, which is how
// continuous integration finds a schema change without its migration. [New], [Hash], [Validate] and [Rebase] are for files that
// are written by hand, and [Lint] looks for danger in all of them.
//
// # Applied
//
// [Apply] runs the pending files in order on one connection, under one advisory lock. What was applied is recorded in Atlas'
// own revision table under Atlas' own lock, so that this package and the Atlas CLI may take turns on a database: what one
// applied, the other knows. A statement that fails is a [*StatementError] with its file, line, number and SQLSTATE.
//
// A file is one transaction, its revision included: a kill leaves all of it or nothing. One that starts with
//
//	-- atlas:txmode none
//
// followed by an empty line is run statement by statement, each in one transaction with its record. A statement that cannot be
// part of a transaction, such as CREATE INDEX CONCURRENTLY, is recorded after it; where a kill fell between the two, the next
// Apply sees it from the index: one that is whole was built, one that is invalid is dropped and built again.
//
// [ReadStatus] tells what is applied, pending, edited, missing or half applied, and changes nothing. [Verify] is its verdict in
// one line, for a server that must not start on a database that lags. [Down] takes files back, and counts first what would be
// lost. [Check] finds what was changed behind the migrations' back.
//
// # Without files: push
//
// [Push] brings a development database straight to the schema. It plans first, has the plan confirmed, and refuses to lose data
// unless that is accepted.
//
// # How two schemas are compared
//
// PostgreSQL rewrites what it is given: `quantity > 0` is stored as `(quantity > 0)`, varchar as character varying. A comparison
// of ent's words with PostgreSQL's would therefore find a change every time. Here both sides are PostgreSQL's: the schema is made
// in a throw-away database, and read from there.
package migration
