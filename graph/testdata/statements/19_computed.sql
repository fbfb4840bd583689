SELECT t4.*
FROM (SELECT (SELECT coalesce(sum(l.unit_price * l.quantity * (1 - l.discount)), 0)
    FROM order_lines AS l
    WHERE l.order_id = t1."id")::numeric AS c0, (CASE WHEN t1."cancelled_at" IS NOT NULL THEN 'CANCELLED' WHEN t1."shipped_at" IS NOT NULL THEN 'SHIPPED' ELSE 'PLACED' END)::text AS c1, t1."id" AS c2
  FROM "orders" AS t1
  CROSS JOIN LATERAL (SELECT (SELECT coalesce(sum(l.unit_price * l.quantity * (1 - l.discount)), 0)
      FROM order_lines AS l
      WHERE l.order_id = t1."id")::numeric AS k0) AS t2
  WHERE true AND (((CASE WHEN t1."cancelled_at" IS NOT NULL THEN 'CANCELLED' WHEN t1."shipped_at" IS NOT NULL THEN 'SHIPPED' ELSE 'PLACED' END)::text = $1::text))
  ORDER BY t2.k0 DESC, t1."id"
  LIMIT 1) AS t1
CROSS JOIN LATERAL (SELECT 1, t1.c0, t1.c1
  UNION ALL (SELECT 2, (t3."unit_price" * t3."quantity" * (1 - t3."discount"))::numeric, NULL
    FROM "order_lines" AS t3
    WHERE t3."order_id" = t1.c2
    ORDER BY t3."id"
    LIMIT 2)) AS t4
