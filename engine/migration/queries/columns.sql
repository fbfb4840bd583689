-- Each table of the schema, and each of its columns, with a query that counts its rows, or those with something in it.
SELECT c.relname, format('SELECT count(*) FROM %I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> $2
UNION ALL
SELECT c.relname || '.' || a.attname, format('SELECT count(%I) FROM %I.%I', a.attname, n.nspname, c.relname)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> $2
