SELECT (SELECT array_agg((SELECT ROW(t1."id", t1."freight", (SELECT ROW(t2."code")
          FROM "customers" AS t2
          WHERE t2."id" = t1."customer_id"))
      FROM "orders" AS t1
      WHERE t1."id" = t3.key)
    ORDER BY t3.n)
  FROM unnest($1::bigint[]) WITH ORDINALITY AS t3(key, n))
