// Package pull writes an ent schema for a database that is already there.
//
// [Read] reads the tables of the connection's schema, with their columns, keys, indexes, checks and foreign keys, and the
// objects beside them. [Model.Write] writes a Go file for each entity, and SQL files for all that ent has no words for: the
// schema that they make together is the database's, to the letter, so that a comparison finds nothing. What ent says in
// another way, and what could not be read, is listed in [Model.Notes].
package pull
