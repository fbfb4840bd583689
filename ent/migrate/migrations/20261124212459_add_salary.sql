-- Modify "employees" table
-- cambium:allow CB105 nothing is released yet
ALTER TABLE "employees" ADD CONSTRAINT "employees_salary_check" CHECK ((salary >= (0)::numeric) AND (salary < 'Infinity'::numeric)), ADD COLUMN "salary" numeric NULL;
-- Set comment to column: "salary" on table: "employees"
COMMENT ON COLUMN "employees"."salary" IS 'Pay for a year.';
