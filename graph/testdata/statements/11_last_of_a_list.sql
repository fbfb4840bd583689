SELECT t1."id"
FROM "orders" AS t1
WHERE true
ORDER BY t1."ordered_at" DESC, t1."id" DESC
LIMIT 3
