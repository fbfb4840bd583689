SELECT t1."id", t1."ordered_at", (SELECT ROW(t2."company_name")
  FROM "customers" AS t2
  WHERE t2."id" = t1."customer_id"), (SELECT array_agg(s.r)
  FROM (SELECT ROW(t3."quantity", t3."unit_price", (SELECT ROW(t4."name")
        FROM "products" AS t4
        WHERE t4."id" = t3."product_id")) AS r
    FROM "order_lines" AS t3
    WHERE t3."order_id" = t1."id"
    ORDER BY t3."id"
    LIMIT 5) AS s)
FROM "orders" AS t1
WHERE true
ORDER BY t1."id"
LIMIT 4
