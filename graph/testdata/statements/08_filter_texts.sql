SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."id") AS r
    FROM "customers" AS t1
    WHERE true AND ((((t1."company_name" ILIKE $1::text)) OR ((t1."code" LIKE $2::text)) OR ((lower(t1."city") = lower($3::text)))))
    ORDER BY t1."id"
    LIMIT 2) AS s)
