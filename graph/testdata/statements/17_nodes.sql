(SELECT 1, t1."id", t1."freight", t2.n, NULL::text
  FROM unnest($1::bigint[]) WITH ORDINALITY AS t2(key, n)
  JOIN "orders" AS t1 ON t1."id" = t2.key
  WHERE true
  ORDER BY t2.n)
UNION ALL (SELECT 2, t3."id", NULL, t4.n, t3."name"
  FROM unnest($2::bigint[]) WITH ORDINALITY AS t4(key, n)
  JOIN "products" AS t3 ON t3."id" = t4.key
  WHERE true
  ORDER BY t4.n)
