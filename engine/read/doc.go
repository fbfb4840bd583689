// Package read compiles what a GraphQL operation selects of entities to one SQL statement and turns its rows into the
// response's bytes.
//
// It works in three steps:
//
//   - compile: a selection becomes a plan, which is the statement's text with its parameters, the layout of its rows, and
//     a tree of writers that know at which place of a row each value stands. Names never cross the wire.
//   - bind: variables, cursors and ids become arguments; the policies and interceptors of every entity touched become
//     part of the text.
//   - render: the rows are kept as they come, in a table for each branch; then the writers walk them and append JSON to one
//     buffer.
//
// A plan is made once for an operation and the shape of its variables (see [shape]), then kept.
//
// A list is a branch of the statement, at the root or for each row of another list, and all branches are rows of one
// result in the order in which the answer is written: behind each row come those of its lists.
//
//	SELECT t5.* FROM (SELECT t1."id" AS c0, t1."customer_id" AS c1 FROM "orders" AS t1 ORDER BY t1."id" LIMIT 3) AS t1
//	LEFT JOIN LATERAL (SELECT t2."id" AS c0, t2."company_name" AS c1
//	  FROM "customers" AS t2 WHERE t2."id" = t1.c1 OFFSET 0) AS t2 ON true
//	CROSS JOIN LATERAL (SELECT 1, t1.c0, t2.c0, t2.c1, NULL::integer UNION ALL (SELECT 2, NULL, NULL, NULL, t3."quantity"
//	  FROM "order_lines" AS t3 WHERE t3."order_id" = t1.c0 ORDER BY t3."id" LIMIT 5)) AS t5
//
// The first column says of which branch a row is, where there is more than one; the others are shared by the branches,
// each of one type. A page is cut first; to-one edges are joined to what is left, their OFFSET keeps the planner to a loop
// over the page, and with it the rows in their order; lists follow. So each level is a lookup for each row, whatever the
// planner thinks of the parameters.
package read
