-- atlas:txmode none

-- Create index "products_sku_key" to table: "products"
-- Alone and outside a transaction, so that the table can be read and written while the index is built.
-- cambium:allow MF101 the column is new and has no duplicates
CREATE UNIQUE INDEX CONCURRENTLY "products_sku_key" ON "products" ("sku");
