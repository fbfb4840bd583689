-- Undo: modify "employees" table
ALTER TABLE "employees" DROP CONSTRAINT "employees_salary_check", DROP COLUMN "salary";
