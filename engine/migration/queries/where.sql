-- Where the session works: the schema that unqualified names mean, and the search_path if its URL chose one.
SELECT current_schema(), s.setting, s.source = 'client'
FROM pg_catalog.pg_settings AS s
WHERE s.name = 'search_path'
