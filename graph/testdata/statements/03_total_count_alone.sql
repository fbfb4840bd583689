SELECT (SELECT count(*)
  FROM "customers" AS t2
  WHERE true)
