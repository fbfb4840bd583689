SELECT t1.c0, t1.c1, t3.c0, t3.c1, t1.c3
FROM (SELECT t1."id" AS c0, t1."freight" AS c1, t1."customer_id" AS c2, t2.n AS c3
  FROM (VALUES ($1::bigint, 1::bigint)) AS t2(key, n)
  JOIN "orders" AS t1 ON t1."id" = t2.key
  WHERE true) AS t1
LEFT JOIN LATERAL (SELECT t3."id" AS c0, t3."code" AS c1
  FROM "customers" AS t3
  WHERE t3."id" = t1.c2 OFFSET 0) AS t3 ON true
