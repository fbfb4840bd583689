SELECT (SELECT array_agg((SELECT ROW(t1."id", t1."freight")
      FROM "orders" AS t1
      WHERE t1."id" = t3.key)
    ORDER BY t3.n)
  FROM unnest($1::bigint[]) WITH ORDINALITY AS t3(key, n)), (SELECT array_agg((SELECT ROW(t2."id", t2."name")
      FROM "products" AS t2
      WHERE t2."id" = t4.key)
    ORDER BY t4.n)
  FROM unnest($2::bigint[]) WITH ORDINALITY AS t4(key, n))
