-- What is not read at all: other schemas with tables, foreign tables, rules, aggregates, event triggers.
SELECT 'schema ' || quote_ident(n.nspname) || ' with ' || count(*) || ' tables: only the schema of the connection is read; point search_path of DATABASE_URL at it'
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ($1, 'pg_catalog', 'information_schema', 'atlas_schema_revisions')
  AND n.nspname NOT LIKE 'pg\_%'
GROUP BY n.nspname
UNION ALL
SELECT 'foreign table ' || quote_ident(c.relname) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'f' AND n.nspname = $1
UNION ALL
SELECT 'rule ' || quote_ident(r.rulename) || ' on ' || quote_ident(r.tablename) FROM pg_catalog.pg_rules AS r WHERE r.schemaname = $1
UNION ALL
SELECT 'aggregate ' || p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.prokind = 'a' AND n.nspname = $1
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'event trigger ' || quote_ident(e.evtname) FROM pg_catalog.pg_event_trigger AS e
ORDER BY 1
