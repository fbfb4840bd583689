SELECT t1."code"
FROM "customers" AS t1
WHERE true
ORDER BY t1."id"
LIMIT $1::bigint
