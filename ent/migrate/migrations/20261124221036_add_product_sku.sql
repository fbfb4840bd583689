-- Modify "products" table
ALTER TABLE "products" ADD COLUMN "sku" text NULL;
-- Set comment to column: "sku" on table: "products"
COMMENT ON COLUMN "products"."sku" IS 'Number that the product has in the catalogue; none where it has no number yet.';
