SELECT t1."shipped_at", t1."freight", t1."id"
FROM "orders" AS t1
WHERE true
ORDER BY t1."shipped_at" DESC NULLS LAST, t1."freight", t1."id"
LIMIT 1
