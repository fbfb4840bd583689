-- Undo: set comment to column: "sku" on table: "products"
COMMENT ON COLUMN "products"."sku" IS '';
-- Undo: modify "products" table
ALTER TABLE "products" DROP COLUMN "sku";
