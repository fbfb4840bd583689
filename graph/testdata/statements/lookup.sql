SELECT t4.*
FROM (SELECT t1."id" AS c0, t1."ordered_at" AS c1, t1."customer_id" AS c2
  FROM "orders" AS t1
  WHERE true AND t1."id" = $1::bigint) AS t1
LEFT JOIN LATERAL (SELECT t2."id" AS c0, t2."company_name" AS c1
  FROM "customers" AS t2
  WHERE t2."id" = t1.c2 OFFSET 0) AS t2 ON true
CROSS JOIN LATERAL (SELECT 1, t1.c0, t1.c1, t2.c0, t2.c1, NULL::integer
  UNION ALL (SELECT 2, NULL, NULL, NULL, NULL, t3."quantity"
    FROM "order_lines" AS t3
    WHERE t3."order_id" = t1.c0
    ORDER BY t3."id"
    LIMIT 2)) AS t4
