SELECT (SELECT coalesce(sum(l.unit_price * l.quantity * (1 - l.discount)), 0)
  FROM order_lines AS l
  WHERE l.order_id = t1."id")::numeric, (CASE WHEN t1."cancelled_at" IS NOT NULL THEN 'CANCELLED' WHEN t1."shipped_at" IS NOT NULL THEN 'SHIPPED' ELSE 'PLACED' END)::text, (SELECT array_agg(s.r)
  FROM (SELECT ROW((t3."unit_price" * t3."quantity" * (1 - t3."discount"))::numeric) AS r
    FROM "order_lines" AS t3
    WHERE t3."order_id" = t1."id"
    ORDER BY t3."id"
    LIMIT 2) AS s)
FROM "orders" AS t1
CROSS JOIN LATERAL (SELECT (SELECT coalesce(sum(l.unit_price * l.quantity * (1 - l.discount)), 0)
    FROM order_lines AS l
    WHERE l.order_id = t1."id")::numeric AS k0) AS t2
WHERE true AND (((CASE WHEN t1."cancelled_at" IS NOT NULL THEN 'CANCELLED' WHEN t1."shipped_at" IS NOT NULL THEN 'SHIPPED' ELSE 'PLACED' END)::text = $1::text))
ORDER BY t2.k0 DESC, t1."id"
LIMIT 1
