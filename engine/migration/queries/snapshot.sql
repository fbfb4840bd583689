-- What a statement may have changed in a schema: its tables, columns, indexes and constraints, each with the table that it
-- belongs to, what it is called, what it is, and whether it is in force (a column: NOT NULL; an index: whole; a constraint:
-- validated). A table is its file: a statement that writes the table anew gives it another one.
SELECT 'table', c.oid::bigint, c.oid::bigint, c.relname::text, c.relfilenode::text, true
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'column', a.attnum::bigint, c.oid::bigint, a.attname::text,
  format_type(a.atttypid, a.atttypmod) || CASE WHEN a.atthasdef OR a.attidentity <> '' THEN ' DEFAULT' ELSE '' END, a.attnotnull
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
UNION ALL
SELECT 'index', i.indexrelid::bigint, i.indrelid::bigint, c.relname::text, ' ' || i.indkey::text || ' ', i.indisvalid
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1
UNION ALL
SELECT CASE k.contype WHEN 'f' THEN 'foreign key' ELSE 'check' END, k.oid::bigint, k.conrelid::bigint, k.conname::text,
  CASE k.contype WHEN 'f' THEN ' ' || array_to_string(k.conkey, ' ') || ' ' ELSE pg_get_constraintdef(k.oid) END, k.convalidated
FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_namespace AS n ON n.oid = k.connamespace
WHERE n.nspname = $1 AND k.contype IN ('f', 'c') AND k.conrelid <> 0
