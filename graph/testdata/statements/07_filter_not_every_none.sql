SELECT t1."id"
FROM "orders" AS t1
WHERE true AND (((t1."shipped_at" IS NULL)) IS NOT TRUE AND (NOT EXISTS (SELECT
      FROM "order_lines" AS t2
      WHERE t2."order_id" = t1."id" AND ((t2."discount" > $1::numeric))) AND NOT EXISTS (SELECT
      FROM "order_lines" AS t3
      WHERE t3."order_id" = t1."id" AND ((t3."quantity" > $2::integer)) IS NOT TRUE)))
ORDER BY t1."id"
LIMIT 1
