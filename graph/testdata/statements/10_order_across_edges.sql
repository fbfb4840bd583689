SELECT t2."country", t3.k1, t1."id"
FROM "orders" AS t1
LEFT JOIN "customers" AS t2 ON t2."id" = t1."customer_id"
CROSS JOIN LATERAL (SELECT (SELECT count(*)
    FROM "order_lines" AS t4
    WHERE t4."order_id" = t1."id") AS k1) AS t3
WHERE true
ORDER BY t2."country", t3.k1 DESC, t1."id"
LIMIT 1
