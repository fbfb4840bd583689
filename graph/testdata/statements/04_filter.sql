SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."id") AS r
    FROM "orders" AS t1
    WHERE true AND ((t1."freight" >= $1::numeric AND t1."freight" < $2::numeric) AND (t1."ship_country" = ANY ($3::text[])))
    ORDER BY t1."id"
    LIMIT 6) AS s), (SELECT count(*)
  FROM "orders" AS t2
  WHERE true AND ((t2."freight" >= $4::numeric AND t2."freight" < $5::numeric) AND (t2."ship_country" = ANY ($6::text[]))))
