SELECT t1."id", t1."code", t1."company_name"
FROM "customers" AS t1
WHERE true
ORDER BY t1."id"
LIMIT 3
