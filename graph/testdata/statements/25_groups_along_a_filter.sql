SELECT t5.g0, t5.g1, count(*), sum((t1."unit_price" * t1."quantity" * (1 - t1."discount"))::numeric)
FROM "order_lines" AS t1
LEFT JOIN "products" AS t2 ON t2."id" = t1."product_id"
LEFT JOIN "categories" AS t3 ON t3."id" = t2."category_id"
LEFT JOIN "orders" AS t4 ON t4."id" = t1."order_id"
CROSS JOIN LATERAL (SELECT t3."name" AS g0, date_trunc('month', t4."ordered_at", 'UTC') AS g1) AS t5
WHERE true AND ((t4."id" IS NOT NULL AND ((t4."ordered_at" < $1::timestamptz))))
GROUP BY t3."id", t5.g0, t5.g1
ORDER BY t5.g0, t5.g1
LIMIT 2
