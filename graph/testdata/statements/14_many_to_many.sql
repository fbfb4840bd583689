SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t2."code", (SELECT ROW(t3."name")
        FROM "regions" AS t3
        WHERE t3."id" = t2."region_id")) AS r
    FROM "territories" AS t2
    JOIN "employee_territories" AS t5 ON t5."territory_id" = t2."id"
    WHERE t5."employee_id" = t1."id"
    ORDER BY t2."id"
    LIMIT 2) AS s), (SELECT count(*)
  FROM "territories" AS t6
  JOIN "employee_territories" AS t7 ON t7."territory_id" = t6."id"
  WHERE t7."employee_id" = t1."id"), (SELECT ROW(t4."last_name")
  FROM "employees" AS t4
  WHERE t4."id" = t1."manager_id")
FROM "employees" AS t1
WHERE true
ORDER BY t1."id"
LIMIT 1
