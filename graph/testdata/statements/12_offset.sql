SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."name") AS r
    FROM "products" AS t1
    WHERE true
    ORDER BY t1."id"
    LIMIT 3 OFFSET $1::bigint) AS s)
