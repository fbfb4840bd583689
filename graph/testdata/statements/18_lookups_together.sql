SELECT (SELECT ROW(t1."company_name")
  FROM "customers" AS t1
  WHERE true AND t1."code" = $1::text), (SELECT array_agg(s.r)
  FROM (SELECT ROW(t2."name") AS r
    FROM "regions" AS t2
    WHERE true
    ORDER BY t2."id"
    LIMIT 1) AS s)
