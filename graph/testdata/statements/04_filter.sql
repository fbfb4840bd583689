SELECT t1."id", count(*) OVER ()
FROM "orders" AS t1
WHERE true AND ((t1."freight" >= $1::numeric AND t1."freight" < $2::numeric) AND (t1."ship_country" = ANY ($3::text[])))
ORDER BY t1."id"
LIMIT 5
