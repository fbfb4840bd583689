SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."id") AS r
    FROM "orders" AS t1
    WHERE true
    ORDER BY t1."ordered_at" DESC, t1."id" DESC
    LIMIT 3) AS s)
