-- The tables of the schema, each with a query that reads its rows as JSON, in the order of their text.
SELECT c.relname, format('SELECT to_jsonb(t)::text FROM %I.%I AS t ORDER BY 1', n.nspname, c.relname)
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> 'atlas_schema_revisions'
