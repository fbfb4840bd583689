SELECT (SELECT array_agg(s.r)
  FROM (SELECT ROW(t2."name") AS r
    FROM "products" AS t2
    WHERE t2."category_id" = t1."id"
    ORDER BY t2."unit_price", t2."id"
    LIMIT 3) AS s), (SELECT array_agg(s.r)
  FROM (SELECT ROW(t3."name", (SELECT ROW(t4."company_name")
        FROM "suppliers" AS t4
        WHERE t4."id" = t3."supplier_id")) AS r
    FROM "products" AS t3
    WHERE t3."category_id" = t1."id"
    ORDER BY t3."unit_price" DESC, t3."id"
    LIMIT 3) AS s)
FROM "categories" AS t1
WHERE true
ORDER BY t1."id"
LIMIT 2
