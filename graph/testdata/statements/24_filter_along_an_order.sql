SELECT t1."id", count(*) OVER ()
FROM "orders" AS t1
LEFT JOIN "customers" AS t2 ON t2."id" = t1."customer_id"
WHERE true AND ((t2."id" IS NOT NULL AND ((t2."country" = $1::text))))
ORDER BY t2."company_name", t1."id"
LIMIT 2
