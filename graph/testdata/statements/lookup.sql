SELECT t1."id", t1."ordered_at", (SELECT ROW(t2."company_name")
  FROM "customers" AS t2
  WHERE t2."id" = t1."customer_id"), (SELECT array_agg(s.r)
  FROM (SELECT ROW(t3."quantity") AS r
    FROM "order_lines" AS t3
    WHERE t3."order_id" = t1."id"
    ORDER BY t3."id"
    LIMIT 2) AS s)
FROM "orders" AS t1
WHERE true AND t1."id" = $1::bigint
