// Package read compiles what a GraphQL operation selects of entities to one SQL statement and turns its rows into the
// response's bytes.
//
// It works in three steps:
//
//   - compile: a selection becomes a plan, which is the statement's text with its parameters, and a tree of writers that
//     knows at which position of a row each value stands. Names never cross the wire.
//   - bind: variables, cursors and ids become arguments; the policies and interceptors of every entity touched become
//     part of the text.
//   - render: the writers walk the binary rows and append JSON to one buffer.
//
// A plan is made once for an operation and the shape of its variables (see [shape]), then kept.
//
// Related rows come as arrays of anonymous records from correlated subqueries:
//
//	SELECT t1."id",
//	  (SELECT ROW(t2."company_name") FROM "customers" AS t2 WHERE t2."id" = t1."customer_id"),
//	  (SELECT array_agg(s.r) FROM (
//	    SELECT ROW(t3."quantity") AS r FROM "order_lines" AS t3 WHERE t3."order_id" = t1."id" ORDER BY t3."id" LIMIT 5) AS s)
//	FROM "orders" AS t1 WHERE true ORDER BY t1."id" LIMIT 3
//
// In binary they need no parsing and no names, and each level is a lookup per row whatever the planner thinks of the
// parameters. Where an operation has several roots each is a column of one row, and a page is an array there too.
package read
