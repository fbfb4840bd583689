SELECT t1."id"
FROM "customers" AS t1
WHERE true AND ((((lower(t1."company_name") LIKE lower($1::text))) OR (((t1."code") LIKE ($2::text))) OR ((lower(t1."city") = lower($3::text)))))
ORDER BY t1."id"
LIMIT 1
