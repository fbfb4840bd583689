// Package migration brings a PostgreSQL database from one version of the schema to the next, over the Atlas library.
//
// A [Dir] is a directory of SQL files in Atlas' default format: one file per version, named
// YYYYMMDDHHMMSS_description.sql, with their checksums in atlas.sum. It is embedded in the program ([NewDir]) or lies on
// disk ([LocalDir]). Nothing is done with a directory that atlas.sum does not vouch for.
//
// # Versioned: files
//
// [Apply] runs the pending files in order on one connection, under one advisory lock, each file in one transaction
// unless it starts with
//
//	-- atlas:txmode none
//
// followed by an empty line. What was applied is recorded in Atlas' own revision table under Atlas' own lock, so that
// this package and the Atlas CLI may take turns on a database: what one applied, the other knows. A statement that fails
// is a [*StatementError] with its file, line, number and SQLSTATE.
//
// [ReadStatus] tells what is applied, pending, edited, missing or half applied, and changes nothing. [Verify] is its
// verdict in one line, for a server that must not start on a database that lags.
//
// [Diff] writes the next file: it replays the directory in a throw-away database on the development server, compares the
// outcome with the tables that ent generated, and writes what is between them. [Changes] only asks what Diff would write,
// which is how continuous integration finds a schema change without its migration.
//
// # Without files: push
//
// [Push] brings a development database straight to ent's tables. It plans first, has the plan confirmed, and refuses to
// lose data unless that is accepted.
//
// # How two schemas are compared
//
// PostgreSQL rewrites what it is given: `quantity > 0` is stored as `(quantity > 0)`, varchar as character varying. A
// comparison of ent's words with PostgreSQL's would therefore find a change every time. Here both sides are PostgreSQL's:
// ent's tables are created in a schema of their own, in a transaction that is rolled back, and read from there.
package migration
