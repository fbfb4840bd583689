package floor

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5/pgconn" //nolint:depguard // the floor is what can be written with pgx
)

// Lines are grouped by the category's number; its name is joined to the groups.
const q8SQL = `SELECT c.name, s.month, s.n, s.quantity, s.amount
FROM (
  SELECT p.category_id, date_trunc('month', o.ordered_at, 'UTC') AS month, count(*) AS n, sum(l.quantity) AS quantity,
    sum(l.unit_price * l.quantity * (1 - l.discount)) AS amount
  FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
  WHERE o.ordered_at >= $1 AND o.ordered_at < $2
  GROUP BY p.category_id, month
) s JOIN categories c ON c.id = s.category_id
ORDER BY c.name, s.month LIMIT 100`

func (f *Floor) q8(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	from, err := moment(r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	until, err := moment(r.URL.Query().Get("until"))
	if err != nil {
		return err
	}
	b := s.answer
	b = append(b, `{"data":{"orderLinesAggregate":[`...)
	first := len(b)
	err = query(ctx, conn, "q8", [][]byte{from, until}, func(v [][]byte) {
		b = appendText(append(comma(b, len(b) > first), `{"group":{"product":{"category":{"name":`...), v[0])
		b = appendTime(append(b, `}},"order":{"orderedAt":`...), v[1])
		b = appendCount(append(b, `}},"count":`...), v[2])
		b = appendCount(append(b, `,"sum":{"quantity":"`...), v[3])
		b = appendNumeric(append(b, `","amount":`...), v[4])
		b = append(b, "}}"...)
	})
	b = append(b, "]}}"...)
	s.answer = b
	return err
}

const q9SQL = `SELECT p.id, p.name, p.unit_price, s.id, s.company_name, s.country
FROM (
  SELECT id, name, unit_price, supplier_id, ts_rank(search_document, words) AS rank
  FROM products, websearch_to_tsquery('simple', $1) words WHERE search_document @@ words
  ORDER BY rank DESC, id LIMIT 20
) p JOIN suppliers s ON s.id = p.supplier_id
ORDER BY p.rank DESC, p.id`

func (f *Floor) q9(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	b := s.answer
	b = append(b, `{"data":{"products":{"nodes":[`...)
	first := len(b)
	err := query(ctx, conn, "q9", [][]byte{[]byte(r.URL.Query().Get("words"))}, func(v [][]byte) {
		b = appendID(append(comma(b, len(b) > first), `{"id":`...), "Product:", v[0])
		b = appendText(append(b, `,"name":`...), v[1])
		b = appendNumeric(append(b, `,"unitPrice":`...), v[2])
		b = appendID(append(b, `,"supplier":{"id":`...), "Supplier:", v[3])
		b = appendText(append(b, `,"companyName":`...), v[4])
		b = appendText(append(b, `,"country":`...), v[5])
		b = append(b, "}}"...)
	})
	b = append(b, "]}}}"...)
	s.answer = b
	return err
}
