SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t1."id", t1."code", t1."company_name") AS r
    FROM "customers" AS t1
    WHERE true
    ORDER BY t1."id"
    LIMIT 3) AS s)
