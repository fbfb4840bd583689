SELECT t1."id"
FROM "orders" AS t1
WHERE true AND ((t1."freight" > $1::numeric))
ORDER BY t1."id"
LIMIT 5
