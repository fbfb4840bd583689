package floor

import (
	"context"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn" //nolint:depguard // the floor is what can be written with pgx
)

func appendCount(b, v []byte) []byte { return strconv.AppendInt(b, int8Of(v), 10) }

// The three statements go out together: each finds the categories again, which are a page.
const (
	q10SQL = `SELECT id, name FROM categories ORDER BY id LIMIT 20`

	q10ProductsSQL = `SELECT c.n, p.id, p.name, p.unit_price, s.id, s.company_name, s.country, p.units_in_stock
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM categories ORDER BY id LIMIT 20) c
CROSS JOIN LATERAL (
  SELECT id, name, unit_price, units_in_stock, supplier_id FROM products WHERE category_id = c.id ORDER BY id LIMIT 50
) p
JOIN suppliers s ON s.id = p.supplier_id
ORDER BY c.n, p.id`

	q10GoneSQL = `SELECT c.n, p.id, p.name, p.unit_price, s.id, s.company_name, s.country
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM categories ORDER BY id LIMIT 20) c
CROSS JOIN LATERAL (
  SELECT id, name, unit_price, supplier_id FROM products WHERE category_id = c.id AND discontinued ORDER BY id LIMIT 20
) p
JOIN suppliers s ON s.id = p.supplier_id
ORDER BY c.n, p.id`
)

func (f *Floor) q10(ctx context.Context, conn *pgconn.PgConn, _ *http.Request, s *scratch) error {
	batch := new(pgconn.Batch)
	for _, name := range [...]string{"q10", "q10products", "q10gone"} {
		batch.ExecStatement(prepared(conn, name), nil, nil, binaryFormat)
	}
	answers := results{conn.ExecBatch(ctx, batch)}
	// The part holds the categories, then the products of each; the ends are where each of them ends.
	part, ends := s.part, s.ends
	err := answers.next(func(v [][]byte) {
		part = appendID(append(part, `{"id":`...), "Category:", v[0])
		part = appendText(append(part, `,"title":`...), v[1])
		part = append(part, `,"products":{"nodes":[`...)
		ends = append(ends, len(part))
	})
	if err != nil {
		return err
	}
	count := len(ends)
	at := int64(1)
	err = answers.next(func(v [][]byte) {
		next := int8Of(v[0])
		for ; at < next; at++ {
			ends = append(ends, len(part))
		}
		part = appendItem(comma(part, ends[len(ends)-1] != len(part)), v)
		part = appendInt4(append(part, `},"stock":`...), v[7])
		part = append(part, '}')
	})
	for ; int(at) <= count; at++ {
		ends = append(ends, len(part))
	}
	s.part, s.ends = part, ends
	if err != nil {
		return err
	}
	b := s.answer
	b = append(b, `{"data":{"categories":{"nodes":[`...)
	open := func(i int) { // writes a category up to its last list
		start := 0
		if i > 0 {
			start = ends[i-1]
		}
		b = append(comma(b, i > 0), part[start:ends[i]]...)
		b = append(b, part[ends[count+i-1]:ends[count+i]]...)
		b = append(b, `]},"gone":{"nodes":[`...)
	}
	written, first := 0, true
	err = answers.next(func(v [][]byte) {
		for next := int(int8Of(v[0])); written < next; written++ {
			if written > 0 {
				b = append(b, "]}}"...)
			}
			open(written)
			first = true
		}
		b = append(appendItem(comma(b, !first), v), "}}"...)
		first = false
	})
	for ; written < count; written++ {
		if written > 0 {
			b = append(b, "]}}"...)
		}
		open(written)
	}
	if count > 0 {
		b = append(b, "]}}"...)
	}
	b = append(b, "]}}}"...)
	s.answer = b
	if err != nil {
		return err
	}
	return answers.Close()
}

// appendItem writes a product, up to the end of its supplier's members.
func appendItem(b []byte, v [][]byte) []byte {
	b = appendID(append(b, `{"id":`...), "Product:", v[1])
	b = appendText(append(b, `,"name":`...), v[2])
	b = appendNumeric(append(b, `,"unitPrice":`...), v[3])
	b = appendID(append(b, `,"supplier":{"id":`...), "Supplier:", v[4])
	b = appendText(append(b, `,"companyName":`...), v[5])
	return appendText(append(b, `,"country":`...), v[6])
}
