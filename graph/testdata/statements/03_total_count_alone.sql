SELECT (SELECT count(*)
  FROM "customers" AS t1
  WHERE true)
