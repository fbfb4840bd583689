SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."code") AS r
    FROM "customers" AS t1
    WHERE true
    ORDER BY t1."id"
    LIMIT $1::bigint) AS s)
