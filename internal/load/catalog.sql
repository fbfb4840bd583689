-- The tables of the database as one JSON document: what the package catalog.go calls relations.
-- to_jsonb(i) reads what older servers do not have (indnullsnotdistinct: 15) as null.
SELECT coalesce(json_agg(json_build_object(
  'name', c.relname,
  'qualified', format('%I.%I', n.nspname, c.relname),
  'visible', pg_table_is_visible(c.oid),
  'columns', (
    SELECT json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod),
      'base', coalesce(b.typname, t.typname),
      'category', t.typcategory,
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid),
      'required', (a.attnotnull OR t.typnotnull)
        AND NOT (a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL),
      'generated', a.attgenerated <> '',
      'sequence', CASE WHEN a.atthasdef OR a.attidentity <> ''
        THEN pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) END
    ) ORDER BY a.attnum)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_type b ON b.oid = t.typbasetype
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  ),
  'foreignKeys', (
    SELECT json_agg(json_build_object(
      'name', k.conname,
      'columns', (
        SELECT json_agg(a.attname ORDER BY u.place)
        FROM unnest(k.conkey) WITH ORDINALITY u (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
      ),
      'parent', p.relname,
      'parentQualified', format('%I.%I', pn.nspname, p.relname),
      'parentColumns', (
        SELECT json_agg(a.attname ORDER BY u.place)
        FROM unnest(k.confkey) WITH ORDINALITY u (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum
      )
    ) ORDER BY k.conname)
    FROM pg_constraint k
    JOIN pg_class p ON p.oid = k.confrelid
    JOIN pg_namespace pn ON pn.oid = p.relnamespace
    WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
  ),
  'checks', (
    SELECT json_agg(json_build_object(
      'name', k.conname,
      'columns', (
        SELECT json_agg(a.attname ORDER BY u.place)
        FROM unnest(k.conkey) WITH ORDINALITY u (attnum, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
      )
    ))
    FROM pg_constraint k
    WHERE k.conrelid = c.oid AND k.contype = 'c'
  ),
  'uniques', (
    SELECT json_agg(json_build_object(
      'name', x.relname,
      'keys', (SELECT json_agg(pg_get_indexdef(i.indexrelid, s.k, true) ORDER BY s.k) FROM generate_series(1, i.indnkeyatts) s (k)),
      'columns', (
        SELECT json_agg(a.attname ORDER BY s.k)
        FROM generate_series(1, i.indnkeyatts) s (k)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[s.k - 1]
      ),
      'expressionColumns', (
        SELECT json_agg(DISTINCT a.attname)
        FROM pg_depend d
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
          AND d.refobjid = i.indrelid AND d.refobjsubid > 0
      ),
      'predicate', pg_get_expr(i.indpred, i.indrelid),
      'nullsEqual', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
    ))
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisunique
  )
) ORDER BY n.nspname, c.relname), '[]')::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'pg\_%'
