SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."id") AS r
    FROM "orders" AS t1
    WHERE true AND ((t1."freight" > $1::numeric))
    ORDER BY t1."id"
    LIMIT 6) AS s)
