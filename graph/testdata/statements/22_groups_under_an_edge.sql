SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t3.g0, count(*)) AS r
    FROM "orders" AS t2
    CROSS JOIN LATERAL (SELECT t2."ship_country" AS g0) AS t3
    WHERE t2."customer_id" = t1."id"
    GROUP BY t3.g0
    ORDER BY t3.g0
    LIMIT 20) AS s)
FROM "customers" AS t1
WHERE true
ORDER BY t1."id"
LIMIT 1
