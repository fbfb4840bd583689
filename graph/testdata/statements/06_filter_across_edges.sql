SELECT t1."id"
FROM "orders" AS t1
WHERE true AND (EXISTS (SELECT
    FROM "customers" AS t2
    WHERE t2."id" = t1."customer_id" AND ((t2."country" = $1::text))) AND (EXISTS (SELECT
      FROM "order_lines" AS t3
      WHERE t3."order_id" = t1."id" AND (EXISTS (SELECT
          FROM "products" AS t4
          WHERE t4."id" = t3."product_id" AND ((t4."discontinued" = $2::boolean))))) AND EXISTS (SELECT
      FROM (SELECT count(*)
        FROM "order_lines" AS t5
        WHERE t5."order_id" = t1."id") AS t6(n)
      WHERE (t6.n > $3::bigint))))
ORDER BY t1."id"
LIMIT 1
