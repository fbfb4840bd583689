package floor

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/http"

	"github.com/jackc/pgx/v5/pgconn" //nolint:depguard // the floor is what can be written with pgx
)

// An order has some six lines: repeating it in each is cheaper than a second statement.
const q5SQL = `SELECT o.id, o.ordered_at, o.required_at, o.shipped_at, o.freight, o.ship_name, o.ship_city, o.ship_country,
  l.id, l.quantity, l.unit_price, l.discount, p.id, p.name, p.unit_price, s.id, s.company_name, s.country
FROM orders o
LEFT JOIN LATERAL (SELECT id, quantity, unit_price, discount, product_id FROM order_lines WHERE order_id = o.id ORDER BY id LIMIT 100) l ON true
LEFT JOIN products p ON p.id = l.product_id
LEFT JOIN suppliers s ON s.id = p.supplier_id
WHERE o.id = $1 ORDER BY l.id`

func (f *Floor) q5(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	id, err := key(r, "id", "Order:")
	if err != nil {
		return err
	}
	b := s.answer
	b = append(b, `{"data":{"order":`...)
	n := 0
	err = query(ctx, conn, "q5", [][]byte{id}, func(v [][]byte) {
		if n++; n == 1 {
			b = appendID(append(b, `{"id":`...), "Order:", v[0])
			b = appendTime(append(b, `,"orderedAt":`...), v[1])
			b = appendTime(append(b, `,"requiredAt":`...), v[2])
			b = appendTime(append(b, `,"shippedAt":`...), v[3])
			b = appendNumeric(append(b, `,"freight":`...), v[4])
			b = appendText(append(b, `,"shipName":`...), v[5])
			b = appendText(append(b, `,"shipCity":`...), v[6])
			b = appendText(append(b, `,"shipCountry":`...), v[7])
			b = append(b, `,"lines":{"nodes":[`...)
		}
		if v[8] == nil {
			return
		}
		b = appendID(append(comma(b, n > 1), `{"id":`...), "OrderLine:", v[8])
		b = appendInt4(append(b, `,"quantity":`...), v[9])
		b = appendNumeric(append(b, `,"unitPrice":`...), v[10])
		b = appendNumeric(append(b, `,"discount":`...), v[11])
		b = appendID(append(b, `,"product":{"id":`...), "Product:", v[12])
		b = appendText(append(b, `,"name":`...), v[13])
		b = appendNumeric(append(b, `,"unitPrice":`...), v[14])
		b = appendID(append(b, `,"supplier":{"id":`...), "Supplier:", v[15])
		b = appendText(append(b, `,"companyName":`...), v[16])
		b = appendText(append(b, `,"country":`...), v[17])
		b = append(b, "}}}"...)
	})
	if n == 0 {
		b = append(b, "null}}"...)
	} else {
		b = append(b, "]}}}}"...)
	}
	s.answer = b
	return err
}

// Customers with their orders in one statement, as there are few of both, then the lines of all orders.
const q6SQL = `SELECT c.id, c.company_name, o.id, o.ordered_at, o.freight
FROM (SELECT id, company_name FROM customers ORDER BY id LIMIT 20) c
LEFT JOIN LATERAL (
  SELECT id, ordered_at, freight FROM orders WHERE customer_id = c.id ORDER BY ordered_at DESC, id LIMIT 5
) o ON true`

// The product's one column comes from a subquery: a join could change the order of the rows, and would have to sort.
const q6LinesSQL = `SELECT o.id, l.quantity, l.unit_price, l.discount, l.product_id, (SELECT name FROM products WHERE id = l.product_id)
FROM unnest($1::bigint[]) AS o(id)
CROSS JOIN LATERAL (
  SELECT quantity, unit_price, discount, product_id FROM order_lines WHERE order_id = o.id ORDER BY id LIMIT 10
) l`

func (f *Floor) q6(ctx context.Context, conn *pgconn.PgConn, _ *http.Request, s *scratch) error {
	// The part holds customers and orders, with a gap for the lines at each of the ends; the argument holds the
	// orders' ids in the same order, as PostgreSQL's binary array.
	const arrayHeader, element = 20, 12
	part := s.part
	ids := make([]byte, arrayHeader, 2048)
	var customer [8]byte
	first := true
	err := query(ctx, conn, "q6", nil, func(v [][]byte) {
		if first || !bytes.Equal(customer[:], v[0]) {
			if !first {
				part = append(part, "]}},"...)
			}
			first = false
			copy(customer[:], v[0])
			part = appendID(append(part, `{"id":`...), "Customer:", v[0])
			part = appendText(append(part, `,"companyName":`...), v[1])
			part = append(part, `,"orders":{"nodes":[`...)
		} else {
			part = append(part, ',')
		}
		if v[2] == nil {
			return
		}
		part = appendID(append(part, `{"id":`...), "Order:", v[2])
		part = appendTime(append(part, `,"orderedAt":`...), v[3])
		part = appendNumeric(append(part, `,"freight":`...), v[4])
		part = append(part, `,"lines":{"nodes":[`...)
		s.ends = append(s.ends, len(part))
		part = append(part, "]}}"...)
		ids = append(append(ids, 0, 0, 0, 8), v[2]...)
	})
	if err != nil {
		return err
	}
	if !first {
		part = append(part, "]}}"...)
	}
	s.part = part
	const int8OID = 20
	for i, n := range []uint32{1, 0, int8OID, uint32(len(s.ends)), 1} {
		binary.BigEndian.PutUint32(ids[4*i:], n)
	}
	b := s.answer
	b = append(b, `{"data":{"customers":{"nodes":[`...)
	at, from := -1, 0 // the order whose lines come, and how far the part is written
	err = query(ctx, conn, "q6lines", [][]byte{ids}, func(v [][]byte) {
		if at < 0 || !bytes.Equal(order(ids, at), v[0]) {
			at++
			for !bytes.Equal(order(ids, at), v[0]) { // it has no lines
				at++
			}
			b = append(b, part[from:s.ends[at]]...)
			from = s.ends[at]
		} else {
			b = append(b, ',')
		}
		b = appendInt4(append(b, `{"quantity":`...), v[1])
		b = appendNumeric(append(b, `,"unitPrice":`...), v[2])
		b = appendNumeric(append(b, `,"discount":`...), v[3])
		b = appendID(append(b, `,"product":{"id":`...), "Product:", v[4])
		b = appendText(append(b, `,"name":`...), v[5])
		b = append(b, "}}"...)
	})
	b = append(b, part[from:]...)
	b = append(b, "]}}}"...)
	s.answer = b
	return err
}

// order is the id of an order in the binary array.
func order(ids []byte, i int) []byte {
	const arrayHeader, element, length = 20, 12, 4
	from := arrayHeader + element*i + length
	return ids[from : from+8]
}

const q7SQL = `SELECT e.*, o.id, o.ordered_at, o.freight
FROM (
  SELECT e.id, e.first_name, e.last_name, e.title, m.id AS manager, m.first_name AS manager_first, m.last_name AS manager_last,
    (SELECT count(*) FROM orders WHERE employee_id = e.id)
  FROM (SELECT * FROM employees ORDER BY last_name, id LIMIT 50) e LEFT JOIN employees m ON m.id = e.manager_id
  ORDER BY e.last_name, e.id
) e
LEFT JOIN LATERAL (
  SELECT * FROM (SELECT id, ordered_at, freight FROM orders WHERE employee_id = e.id ORDER BY id DESC LIMIT 3) o ORDER BY id
) o ON true`

func (f *Floor) q7(ctx context.Context, conn *pgconn.PgConn, _ *http.Request, s *scratch) error {
	b := s.answer
	b = append(b, `{"data":{"employees":{"nodes":[`...)
	var employee [8]byte
	first := true
	err := query(ctx, conn, "q7", nil, func(v [][]byte) {
		if first || !bytes.Equal(employee[:], v[0]) {
			if !first {
				b = append(b, "]}},"...)
			}
			first = false
			copy(employee[:], v[0])
			b = appendID(append(b, `{"id":`...), "Employee:", v[0])
			b = appendText(append(b, `,"firstName":`...), v[1])
			b = appendText(append(b, `,"lastName":`...), v[2])
			b = appendText(append(b, `,"title":`...), v[3])
			if b = append(b, `,"manager":`...); v[4] == nil {
				b = append(b, "null"...)
			} else {
				b = appendID(append(b, `{"id":`...), "Employee:", v[4])
				b = appendText(append(b, `,"firstName":`...), v[5])
				b = appendText(append(b, `,"lastName":`...), v[6])
				b = append(b, '}')
			}
			b = appendCount(append(b, `,"orders":{"totalCount":`...), v[7])
			b = append(b, `,"nodes":[`...)
		} else {
			b = append(b, ',')
		}
		if v[8] == nil {
			return
		}
		b = appendID(append(b, `{"id":`...), "Order:", v[8])
		b = appendTime(append(b, `,"orderedAt":`...), v[9])
		b = appendNumeric(append(b, `,"freight":`...), v[10])
		b = append(b, '}')
	})
	if !first {
		b = append(b, "]}}"...)
	}
	b = append(b, "]}}}"...)
	s.answer = b
	return err
}
