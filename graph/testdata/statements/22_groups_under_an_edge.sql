SELECT t4.*
FROM (SELECT t1."id" AS c0
  FROM "customers" AS t1
  WHERE true
  ORDER BY t1."id"
  LIMIT 1) AS t1
CROSS JOIN LATERAL (SELECT 1, NULL::text, NULL::bigint
  UNION ALL (SELECT 2, t3.g0, count(*)
    FROM "orders" AS t2
    CROSS JOIN LATERAL (SELECT t2."ship_country" AS g0) AS t3
    WHERE t2."customer_id" = t1.c0
    GROUP BY t3.g0
    ORDER BY t3.g0
    LIMIT 20)) AS t4
