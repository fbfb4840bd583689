-- Create "idempotency_keys" table
CREATE TABLE "idempotency_keys" (
  "id" character varying NOT NULL,
  "request" bytea NOT NULL,
  "answer" bytea NULL,
  "created_at" timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY ("id")
);
-- Create index "idempotencykey_created_at" to table: "idempotency_keys"
CREATE INDEX "idempotencykey_created_at" ON "idempotency_keys" ("created_at");
-- Set comment to table: "idempotency_keys"
COMMENT ON TABLE "idempotency_keys" IS 'Answers of mutations, kept for a day under the keys that came with them.';
-- Set comment to column: "id" on table: "idempotency_keys"
COMMENT ON COLUMN "idempotency_keys"."id" IS 'SHA-256 of the viewer and the key that the viewer sent.';
-- Set comment to column: "request" on table: "idempotency_keys"
COMMENT ON COLUMN "idempotency_keys"."request" IS 'SHA-256 of the operation and its variables.';
-- Set comment to column: "answer" on table: "idempotency_keys"
COMMENT ON COLUMN "idempotency_keys"."answer" IS 'The data that was answered.';
-- Set comment to column: "created_at" on table: "idempotency_keys"
COMMENT ON COLUMN "idempotency_keys"."created_at" IS 'When the request was first run. The answer is kept for a day.';
