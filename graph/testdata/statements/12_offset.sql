SELECT t1."name"
FROM "products" AS t1
WHERE true
ORDER BY t1."id"
LIMIT 2 OFFSET $1::bigint
