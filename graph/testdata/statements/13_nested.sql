SELECT t5.*
FROM (SELECT s.*, row_number() OVER () AS n
  FROM (SELECT t1."id" AS c0, t1."ordered_at" AS c1, t1."customer_id" AS c2
    FROM "orders" AS t1
    WHERE true
    ORDER BY t1."id"
    LIMIT 4) AS s) AS t1
LEFT JOIN LATERAL (SELECT t2."id" AS c0, t2."company_name" AS c1
  FROM "customers" AS t2
  WHERE t2."id" = t1.c2 OFFSET 0) AS t2 ON true
CROSS JOIN LATERAL (SELECT 1, t1.c0, t1.c1, t2.c0, t2.c1, NULL::integer, NULL::numeric
  UNION ALL (SELECT 2, t4.c0, NULL, NULL, t4.c1, t3.c0, t3.c1
    FROM (SELECT t3."quantity" AS c0, t3."unit_price" AS c1, t3."product_id" AS c2
      FROM "order_lines" AS t3
      WHERE t3."order_id" = t1.c0 AND t1.n <= 3
      ORDER BY t3."id"
      LIMIT 5) AS t3
    LEFT JOIN LATERAL (SELECT t4."id" AS c0, t4."name" AS c1
      FROM "products" AS t4
      WHERE t4."id" = t3.c2 OFFSET 0) AS t4 ON true)) AS t5
