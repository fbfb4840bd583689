-- The columns of the tables: type as written, what it is at bottom (a domain's base), the labels of an enum, NOT NULL, default,
-- identity, generated, comment, and the owned sequence that a serial column draws from.
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  coalesce(b.typname, t.typname), t.typtype = 'd',
  coalesce((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid), '[]')::text,
  a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attidentity::text, a.attgenerated::text,
  coalesce(col_description(c.oid, a.attnum), ''),
  coalesce((SELECT s.relname FROM pg_catalog.pg_depend AS p JOIN pg_catalog.pg_class AS s ON s.oid = p.objid AND s.relkind = 'S'
    WHERE p.refobjid = c.oid AND p.refobjsubid = a.attnum AND p.deptype = 'a' LIMIT 1), '')
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type AS b ON t.typtype = 'd' AND b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')
ORDER BY c.oid, a.attnum
