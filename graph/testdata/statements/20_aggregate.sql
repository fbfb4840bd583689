SELECT count(*), sum(t1."freight"), sum((SELECT coalesce(sum(l.unit_price * l.quantity * (1 - l.discount)), 0)
    FROM order_lines AS l
    WHERE l.order_id = t1."id")::numeric), avg(t1."freight"), min(t1."ordered_at"), max(t1."ordered_at")
FROM "orders" AS t1
WHERE true AND ((t1."freight" > $1::numeric))
LIMIT 20
