// Package writes measures mutations beside transactions that are written by hand over pgx.
package writes

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"         //nolint:depguard // the floor is what can be written with pgx
	"github.com/jackc/pgx/v5/pgxpool" //nolint:depguard // as above
)

// floor does by hand what the mutations do: one statement for each table, arrays of values, and a SELECT for what is
// answered where RETURNING does not tell it.
type floor struct{ pool *pgxpool.Pool }

func (f floor) inTx(ctx context.Context, fn func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, f.pool, fn)
}

const newLines = `INSERT INTO order_lines (order_id, product_id, unit_price, quantity, discount, created_at, updated_at, version)
	SELECT v.o, v.p, v.u::numeric, v.q, v.d::numeric, now(), now(), 1 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[]) AS v(o, p, u, q, d)`

// place places an order for units of products: stock, order, lines, and the total that is answered.
func (f floor) place(ctx context.Context, customer, employee int64, products []int64, quantity int32) (total string, err error) {
	err = f.inTx(ctx, func(tx pgx.Tx) error {
		var order int64
		if err := tx.QueryRow(ctx, `INSERT INTO orders (customer_id, employee_id, ordered_at, freight, created_at, updated_at, version)
			VALUES ($1, $2, now(), 5, now(), now(), 1) RETURNING id`, customer, employee).Scan(&order); err != nil {
			return err
		}
		quantities := make([]int32, len(products))
		orders := make([]int64, len(products))
		for i := range products {
			quantities[i], orders[i] = quantity, order
		}
		rows, err := tx.Query(ctx, `UPDATE products AS p SET units_in_stock = p.units_in_stock - v.q, updated_at = now(), version = p.version + 1
			FROM unnest($1::bigint[], $2::integer[]) AS v(id, q) WHERE p.id = v.id AND NOT p.discontinued AND p.units_in_stock >= v.q
			RETURNING p.unit_price::text`, products, quantities)
		if err != nil {
			return err
		}
		prices, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(prices) < len(products) {
			return fmt.Errorf("take stock: %d of %d: %w", len(prices), len(products), err)
		}
		discounts := make([]string, len(products))
		for i := range discounts {
			discounts[i] = "0"
		}
		if _, err := tx.Exec(ctx, newLines, orders, products, prices, quantities, discounts); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT coalesce(sum(unit_price * quantity * (1 - discount)), 0)::text FROM order_lines WHERE order_id = $1`, order).Scan(&total)
	})
	return total, err
}

// upsert stores products by their numbers and returns how many were created.
func (f floor) upsert(ctx context.Context, skus, names, prices []string, supplier, category int64) (created int, err error) {
	err = f.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `INSERT INTO products AS p (sku, name, unit_price, supplier_id, category_id, created_at, updated_at, version)
			SELECT v.s, v.n, v.u::numeric, $4, $5, now(), now(), 1 FROM unnest($1::text[], $2::text[], $3::text[]) AS v(s, n, u)
			ON CONFLICT (sku) DO UPDATE SET name = excluded.name, unit_price = excluded.unit_price, supplier_id = excluded.supplier_id,
				category_id = excluded.category_id, updated_at = now(), version = p.version + 1
			RETURNING id, name, version, xmax = 0`, skus, names, prices, supplier, category)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var name string
			var version int32
			var made bool
			if err := rows.Scan(&id, &name, &version, &made); err != nil {
				return err
			}
			if made {
				created++
			}
		}
		return rows.Err()
	})
	return created, err
}

// update changes the price of a product and returns its version.
func (f floor) update(ctx context.Context, id int64, price string) (version int32, err error) {
	err = f.inTx(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `UPDATE products SET unit_price = $2::text::numeric, updated_at = now(), version = version + 1 WHERE id = $1
			RETURNING version`, id, price).Scan(&version)
	})
	return version, err
}

// customer stores a customer with orders of lines, and returns the totals of the orders.
func (f floor) customer(ctx context.Context, code string, employee int64, orders int, products []int64) (totals []string, err error) {
	err = f.inTx(ctx, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `INSERT INTO customers (code, company_name, created_at, updated_at, version) VALUES ($1, $2, now(), now(), 1) RETURNING id`,
			code, code).Scan(&id); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `INSERT INTO orders (customer_id, employee_id, ordered_at, freight, created_at, updated_at, version)
			SELECT $1, $2, now(), 1, now(), now(), 1 FROM generate_series(1, $3) RETURNING id`, id, employee, orders)
		if err != nil {
			return err
		}
		made, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		var of, ps []int64
		var qs []int32
		var us, ds []string
		for _, o := range made {
			for _, p := range products {
				of, ps, qs, us, ds = append(of, o), append(ps, p), append(qs, 1), append(us, "1"), append(ds, "0")
			}
		}
		if _, err := tx.Exec(ctx, newLines, of, ps, us, qs, ds); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `SELECT (SELECT coalesce(sum(unit_price * quantity * (1 - discount)), 0)::text FROM order_lines WHERE order_id = o.id)
			FROM orders AS o WHERE customer_id = $1 ORDER BY id`, id)
		if err != nil {
			return err
		}
		totals, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return totals, err
}
