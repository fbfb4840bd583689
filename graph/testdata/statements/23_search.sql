SELECT t1.c0, t3.c0, t3.c1
FROM (SELECT t1."name" AS c0, t1."supplier_id" AS c1
  FROM "products" AS t1
  CROSS JOIN LATERAL (SELECT ts_rank(t1."search_document", (SELECT websearch_to_tsquery('simple', $1::text)))::double precision AS k0) AS t2
  WHERE true AND t1."search_document" @@ websearch_to_tsquery('simple', $2::text)
  ORDER BY t2.k0 DESC, t1."id"
  LIMIT 2) AS t1
LEFT JOIN LATERAL (SELECT t3."id" AS c0, t3."company_name" AS c1
  FROM "suppliers" AS t3
  WHERE t3."id" = t1.c1 OFFSET 0) AS t3 ON true
