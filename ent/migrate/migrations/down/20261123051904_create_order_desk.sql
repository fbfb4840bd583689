-- Undo: create "order_lines" table
DROP TABLE "order_lines";
-- Undo: create "products" table
DROP TABLE "products";
-- Undo: create "suppliers" table
DROP TABLE "suppliers";
-- Undo: create "categories" table
DROP TABLE "categories";
-- Undo: create "orders" table
DROP TABLE "orders";
-- Undo: create "shippers" table
DROP TABLE "shippers";
-- Undo: create "customers" table
DROP TABLE "customers";
-- Undo: create "employee_territories" table
DROP TABLE "employee_territories";
-- Undo: create "territories" table
DROP TABLE "territories";
-- Undo: create "regions" table
DROP TABLE "regions";
-- Undo: create "employees" table
DROP TABLE "employees";
