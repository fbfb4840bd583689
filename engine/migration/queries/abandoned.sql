-- Throw-away databases that nobody uses and that are older than an hour: their maker was killed. A name is the prefix,
-- the time of making in UTC, and a random part.
SELECT d.datname
FROM pg_catalog.pg_database AS d
WHERE starts_with(d.datname, $1)
  AND d.datname < $1 || to_char((now() - interval '1 hour') AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')
  AND pg_catalog.pg_has_role(d.datdba, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.datid = d.oid)
