(SELECT 1, t1."company_name"
  FROM "customers" AS t1
  WHERE true AND t1."code" = $1::text)
UNION ALL (SELECT 2, t2."name"
  FROM "regions" AS t2
  WHERE true
  ORDER BY t2."id"
  LIMIT 1)
