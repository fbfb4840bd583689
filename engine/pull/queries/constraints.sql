-- The constraints of the tables that are theirs alone (a partition has its parent's): kind, definition, columns, and of a
-- foreign key the table and columns that it refers to, with what happens on delete.
SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid),
  coalesce((SELECT json_agg(a.attname ORDER BY x.n) FROM unnest(k.conkey) WITH ORDINALITY AS x(num, n)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = x.num), '[]')::text,
  coalesce(r.relname, ''), coalesce(rn.nspname = $1, true),
  coalesce((SELECT json_agg(a.attname ORDER BY x.n) FROM unnest(k.confkey) WITH ORDINALITY AS x(num, n)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = x.num), '[]')::text,
  k.confdeltype::text
FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
WHERE n.nspname = $1 AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND k.coninhcount = 0
ORDER BY c.oid, k.contype, k.conname
