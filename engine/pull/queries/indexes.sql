-- The indexes that no constraint has: the statement that makes them, and whether ent can say it: a plain B-tree of whole
-- columns in ascending order.
SELECT c.relname, x.relname, pg_get_indexdef(i.indexrelid), i.indisunique,
  am.amname = 'btree' AND i.indexprs IS NULL AND i.indpred IS NULL AND i.indnkeyatts = i.indnatts
    AND NOT EXISTS (SELECT FROM unnest(i.indoption::smallint[]) AS o WHERE o <> 0)
    AND NOT EXISTS (SELECT FROM unnest(i.indclass::oid[]) AS o JOIN pg_catalog.pg_opclass AS p ON p.oid = o WHERE NOT p.opcdefault)
    AND pg_get_indexdef(i.indexrelid) NOT LIKE '%COLLATE%' AND pg_get_indexdef(i.indexrelid) NOT LIKE '%NULLS NOT DISTINCT%'
    AND pg_get_indexdef(i.indexrelid) NOT LIKE '% WITH (%',
  coalesce((SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(num, n)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.num), '[]')::text
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am AS am ON am.oid = x.relam
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT x.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
ORDER BY c.oid, i.indexrelid
