-- Whether an index that is named as in a statement is whole: one row, or none if it is not there.
SELECT i.indisvalid AND i.indisready FROM pg_catalog.pg_index AS i WHERE i.indexrelid = to_regclass($1)
