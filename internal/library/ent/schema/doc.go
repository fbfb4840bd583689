// Package schema holds the entities of the lending library. Between them they have what the order desk has not: ids of
// every type, every kind of edge, every kind of column, names that need quotes, and rules for reading.
package schema
