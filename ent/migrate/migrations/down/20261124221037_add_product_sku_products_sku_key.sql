-- atlas:txmode none

-- Undo: create index "products_sku_key" to table: "products"
DROP INDEX CONCURRENTLY IF EXISTS "products_sku_key";
