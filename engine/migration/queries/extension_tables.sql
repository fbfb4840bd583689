-- Tables of the schema that belong to an extension, such as PostGIS' spatial_ref_sys.
SELECT c.relname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_depend AS d
  ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1)
  AND c.relkind IN ('r', 'p')
ORDER BY c.relname
