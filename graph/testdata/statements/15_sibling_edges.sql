SELECT t5.*
FROM (SELECT t1."id" AS c0
  FROM "categories" AS t1
  WHERE true
  ORDER BY t1."id"
  LIMIT 2) AS t1
CROSS JOIN LATERAL (SELECT 1, NULL::text, NULL::bigint, NULL::text
  UNION ALL (SELECT 2, t2."name", NULL, NULL
    FROM "products" AS t2
    WHERE t2."category_id" = t1.c0
    ORDER BY t2."unit_price", t2."id"
    LIMIT 3)
  UNION ALL (SELECT 3, t3.c0, t4.c0, t4.c1
    FROM (SELECT t3."name" AS c0, t3."supplier_id" AS c1
      FROM "products" AS t3
      WHERE t3."category_id" = t1.c0
      ORDER BY t3."unit_price" DESC, t3."id"
      LIMIT 3) AS t3
    LEFT JOIN LATERAL (SELECT t4."id" AS c0, t4."company_name" AS c1
      FROM "suppliers" AS t4
      WHERE t4."id" = t3.c1 OFFSET 0) AS t4 ON true)) AS t5
