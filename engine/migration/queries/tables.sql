-- Relations of the schema that no extension owns, except the revision table.
SELECT c.relname
FROM pg_catalog.pg_class AS c
WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1)
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND c.relname <> $2
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
LIMIT 3
