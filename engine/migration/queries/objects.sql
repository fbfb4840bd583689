-- What a schema has beside its tables, and that no extension owns: what it is, its name, whether it comes before the
-- tables, the statement that makes it in PostgreSQL's own words, and the one that removes it. In the order of making.
WITH home AS (SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1),
owned AS (SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d WHERE d.deptype = 'e'),
found AS (
  SELECT 1 AS stage, e.oid, 'extension' AS kind, quote_ident(e.extname) AS name,
    'CREATE EXTENSION ' || quote_ident(e.extname) AS make, 'DROP EXTENSION ' || quote_ident(e.extname) AS remove
  FROM pg_catalog.pg_extension AS e
  WHERE e.extname <> 'plpgsql'
UNION ALL
  SELECT 2, t.oid, 'type', quote_ident(t.typname),
    CASE t.typtype
      WHEN 'e' THEN 'CREATE TYPE ' || quote_ident(t.typname) || ' AS ENUM ('
        || (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_catalog.pg_enum AS l WHERE l.enumtypid = t.oid) || ')'
      WHEN 'd' THEN 'CREATE DOMAIN ' || quote_ident(t.typname) || ' AS ' || format_type(t.typbasetype, t.typtypmod)
        || coalesce(' DEFAULT ' || t.typdefault, '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
        || coalesce((SELECT string_agg(' CONSTRAINT ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid), '' ORDER BY c.conname)
                     FROM pg_catalog.pg_constraint AS c WHERE c.contypid = t.oid AND c.contype = 'c'), '')
      ELSE 'CREATE TYPE ' || quote_ident(t.typname) || ' AS ('
        || (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
            FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) || ')'
    END,
    CASE t.typtype WHEN 'd' THEN 'DROP DOMAIN ' ELSE 'DROP TYPE ' END || quote_ident(t.typname)
  FROM pg_catalog.pg_type AS t JOIN home ON t.typnamespace = home.oid LEFT JOIN pg_catalog.pg_class AS r ON r.oid = t.typrelid
  WHERE (t.typtype IN ('e', 'd') OR t.typtype = 'c' AND r.relkind = 'c')
    AND NOT EXISTS (SELECT FROM owned AS o WHERE o.classid = 'pg_catalog.pg_type'::regclass AND o.objid = t.oid)
UNION ALL
  SELECT 2, c.oid, 'sequence', quote_ident(c.relname),
    format('CREATE SEQUENCE %I AS %s START %s INCREMENT %s MINVALUE %s MAXVALUE %s CACHE %s', c.relname, format_type(s.seqtypid, NULL),
      s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache) || CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END,
    'DROP SEQUENCE ' || quote_ident(c.relname)
  FROM pg_catalog.pg_class AS c JOIN home ON c.relnamespace = home.oid JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = c.oid
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
UNION ALL
  SELECT 3, p.oid, CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END,
    quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
    replace(rtrim(pg_get_functiondef(p.oid), E'\n'), quote_ident(home.nspname) || '.' || quote_ident(p.proname) || '(', quote_ident(p.proname) || '('),
    CASE p.prokind WHEN 'p' THEN 'DROP PROCEDURE ' ELSE 'DROP FUNCTION ' END
      || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')'
  FROM pg_catalog.pg_proc AS p JOIN home ON p.pronamespace = home.oid
  WHERE p.prokind IN ('f', 'p', 'w')
    AND NOT EXISTS (SELECT FROM owned AS o WHERE o.classid = 'pg_catalog.pg_proc'::regclass AND o.objid = p.oid)
UNION ALL
  SELECT 5, c.oid, CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, quote_ident(c.relname),
    CASE c.relkind WHEN 'm' THEN 'CREATE MATERIALIZED VIEW ' ELSE 'CREATE VIEW ' END || quote_ident(c.relname)
      || coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '') || ' AS' || E'\n' || rtrim(pg_get_viewdef(c.oid), ';'),
    CASE c.relkind WHEN 'm' THEN 'DROP MATERIALIZED VIEW ' ELSE 'DROP VIEW ' END || quote_ident(c.relname)
  FROM pg_catalog.pg_class AS c JOIN home ON c.relnamespace = home.oid
  WHERE c.relkind IN ('v', 'm')
    AND NOT EXISTS (SELECT FROM owned AS o WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = c.oid)
UNION ALL
  SELECT 6, c.oid, 'row security', quote_ident(c.relname),
    'ALTER TABLE ' || quote_ident(c.relname) || ' '
      || array_to_string(ARRAY[CASE WHEN c.relrowsecurity THEN 'ENABLE ROW LEVEL SECURITY' END,
                               CASE WHEN c.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END], ', '),
    'ALTER TABLE ' || quote_ident(c.relname) || ' DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY'
  FROM pg_catalog.pg_class AS c JOIN home ON c.relnamespace = home.oid
  WHERE c.relkind IN ('r', 'p') AND (c.relrowsecurity OR c.relforcerowsecurity)
UNION ALL
  SELECT 7, p.oid, 'policy', quote_ident(p.polname) || ' on ' || quote_ident(c.relname),
    'CREATE POLICY ' || quote_ident(p.polname) || ' ON ' || quote_ident(c.relname)
      || CASE WHEN p.polpermissive THEN '' ELSE ' AS RESTRICTIVE' END
      || CASE p.polcmd WHEN 'r' THEN ' FOR SELECT' WHEN 'a' THEN ' FOR INSERT' WHEN 'w' THEN ' FOR UPDATE' WHEN 'd' THEN ' FOR DELETE' ELSE '' END
      || ' TO ' || (SELECT string_agg(CASE WHEN r.oid = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r.oid)) END, ', ' ORDER BY r.oid) FROM unnest(p.polroles) AS r(oid))
      || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
      || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', ''),
    'DROP POLICY ' || quote_ident(p.polname) || ' ON ' || quote_ident(c.relname)
  FROM pg_catalog.pg_policy AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.polrelid JOIN home ON c.relnamespace = home.oid
UNION ALL
  SELECT 8, t.oid, 'trigger', quote_ident(t.tgname) || ' on ' || quote_ident(c.relname),
    replace(replace(pg_get_triggerdef(t.oid), ' ON ' || quote_ident(home.nspname) || '.', ' ON '),
      ' EXECUTE FUNCTION ' || quote_ident(home.nspname) || '.', ' EXECUTE FUNCTION '),
    'DROP TRIGGER ' || quote_ident(t.tgname) || ' ON ' || quote_ident(c.relname)
  FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid JOIN home ON c.relnamespace = home.oid
  WHERE NOT t.tgisinternal AND t.tgparentid = 0
)
SELECT f.kind, f.name, f.stage < 5, f.make, f.remove FROM found AS f ORDER BY f.stage, f.oid
