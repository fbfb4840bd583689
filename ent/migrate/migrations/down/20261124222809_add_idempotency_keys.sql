-- Undo: create "idempotency_keys" table
DROP TABLE "idempotency_keys";
