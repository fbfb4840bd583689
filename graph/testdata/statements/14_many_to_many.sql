SELECT t5.*
FROM (SELECT t1."id" AS c0, (SELECT count(*)
    FROM "territories" AS t6
    JOIN "employee_territories" AS t7 ON t7."territory_id" = t6."id"
    WHERE t7."employee_id" = t1."id") AS c1, t1."manager_id" AS c2
  FROM "employees" AS t1
  WHERE true
  ORDER BY t1."id"
  LIMIT 1) AS t1
LEFT JOIN LATERAL (SELECT t4."id" AS c0, t4."last_name" AS c1
  FROM "employees" AS t4
  WHERE t4."id" = t1.c2 OFFSET 0) AS t4 ON true
CROSS JOIN LATERAL (SELECT 1, t1.c1, t4.c0, t4.c1, NULL::text
  UNION ALL (SELECT 2, t3.c0, NULL, t2.c0, t3.c1
    FROM (SELECT t2."code" AS c0, t2."region_id" AS c1
      FROM "territories" AS t2
      JOIN "employee_territories" AS t8 ON t8."territory_id" = t2."id"
      WHERE t8."employee_id" = t1.c0
      ORDER BY t2."id"
      LIMIT 2) AS t2
    LEFT JOIN LATERAL (SELECT t3."id" AS c0, t3."name" AS c1
      FROM "regions" AS t3
      WHERE t3."id" = t2.c1 OFFSET 0) AS t3 ON true)) AS t5
