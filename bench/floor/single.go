package floor

import (
	"context"
	"encoding/binary"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn" //nolint:depguard // the floor is what can be written with pgx
)

const q1SQL = `SELECT id, code, company_name, contact_name, contact_title, address, city, region, postal_code, country, phone, fax
FROM customers WHERE id = $1`

func (f *Floor) q1(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	id, err := key(r, "id", "Customer:")
	if err != nil {
		return err
	}
	b := s.answer
	b = append(b, `{"data":{"customer":`...)
	empty := len(b)
	err = query(ctx, conn, "q1", [][]byte{id}, func(v [][]byte) {
		b = appendID(append(b, `{"id":`...), "Customer:", v[0])
		for i, name := range [...]string{
			`,"code":`, `,"companyName":`, `,"contactName":`, `,"contactTitle":`, `,"address":`, `,"city":`, `,"region":`,
			`,"postalCode":`, `,"country":`, `,"phone":`, `,"fax":`,
		} {
			b = appendText(append(b, name...), v[1+i])
		}
		b = append(b, '}')
	})
	s.answer = closed(b, empty)
	return err
}

// closed ends an answer of one object, which is null where nothing was found.
func closed(b []byte, empty int) []byte {
	if len(b) == empty {
		b = append(b, "null"...)
	}
	return append(b, "}}"...)
}

const q2SQL = `SELECT p.id, p.name, p.quantity_per_unit, p.unit_price, p.units_in_stock, p.discontinued,
  s.id, s.company_name, s.city, s.country, s.phone, c.id, c.name, c.description
FROM products p JOIN suppliers s ON s.id = p.supplier_id JOIN categories c ON c.id = p.category_id
WHERE p.id = $1`

func (f *Floor) q2(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	id, err := key(r, "id", "Product:")
	if err != nil {
		return err
	}
	b := s.answer
	b = append(b, `{"data":{"product":`...)
	empty := len(b)
	err = query(ctx, conn, "q2", [][]byte{id}, func(v [][]byte) {
		b = appendID(append(b, `{"id":`...), "Product:", v[0])
		b = appendText(append(b, `,"name":`...), v[1])
		b = appendText(append(b, `,"quantityPerUnit":`...), v[2])
		b = appendNumeric(append(b, `,"unitPrice":`...), v[3])
		b = appendInt4(append(b, `,"unitsInStock":`...), v[4])
		b = appendBool(append(b, `,"discontinued":`...), v[5])
		b = appendID(append(b, `,"supplier":{"id":`...), "Supplier:", v[6])
		b = appendText(append(b, `,"companyName":`...), v[7])
		b = appendText(append(b, `,"city":`...), v[8])
		b = appendText(append(b, `,"country":`...), v[9])
		b = appendText(append(b, `,"phone":`...), v[10])
		b = appendID(append(b, `},"category":{"id":`...), "Category:", v[11])
		b = appendText(append(b, `,"name":`...), v[12])
		b = appendText(append(b, `,"description":`...), v[13])
		b = append(b, "}}"...)
	})
	s.answer = closed(b, empty)
	return err
}

const q3SQL = `SELECT id, code, company_name, contact_name, city, country, phone FROM customers WHERE id > $1 ORDER BY id LIMIT 51`

func (f *Floor) q3(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	after, err := key(r, "after", "Customer:")
	if err != nil {
		return err
	}
	const size = 50
	b := s.answer
	b = append(b, `{"data":{"customers":{"nodes":[`...)
	n := 0
	err = query(ctx, conn, "q3", [][]byte{after}, func(v [][]byte) {
		if n++; n > size {
			return
		}
		b = appendID(append(comma(b, n > 1), `{"id":`...), "Customer:", v[0])
		for i, name := range [...]string{`,"code":`, `,"companyName":`, `,"contactName":`, `,"city":`, `,"country":`, `,"phone":`} {
			b = appendText(append(b, name...), v[1+i])
		}
		b = append(b, '}')
	})
	b = strconv.AppendBool(append(b, `],"pageInfo":{"hasNextPage":`...), n > size)
	b = append(b, "}}}}"...)
	s.answer = b
	return err
}

func comma(b []byte, needed bool) []byte {
	if needed {
		b = append(b, ',')
	}
	return b
}

const q4SQL = `WITH found AS (
  SELECT id, ordered_at, freight, ship_name, ship_city, ship_country FROM orders
  WHERE ship_country = $1 AND ordered_at >= $2 AND ordered_at < $3 AND freight >= $4::text::numeric
)
SELECT count(*) OVER (), * FROM found ORDER BY freight, id LIMIT 20`

func (f *Floor) q4(ctx context.Context, conn *pgconn.PgConn, r *http.Request, s *scratch) error {
	given := r.URL.Query()
	from, err := moment(given.Get("from"))
	if err != nil {
		return err
	}
	until, err := moment(given.Get("until"))
	if err != nil {
		return err
	}
	b := s.answer
	b = append(b, `{"data":{"orders":{"nodes":[`...)
	total, n := int64(0), 0
	args := [][]byte{[]byte(given.Get("country")), from, until, []byte(given.Get("freight"))}
	err = query(ctx, conn, "q4", args, func(v [][]byte) {
		n++
		total = int8Of(v[0])
		b = appendID(append(comma(b, n > 1), `{"id":`...), "Order:", v[1])
		b = appendTime(append(b, `,"orderedAt":`...), v[2])
		b = appendNumeric(append(b, `,"freight":`...), v[3])
		b = appendText(append(b, `,"shipName":`...), v[4])
		b = appendText(append(b, `,"shipCity":`...), v[5])
		b = appendText(append(b, `,"shipCountry":`...), v[6])
		b = append(b, '}')
	})
	b = strconv.AppendInt(append(b, `],"totalCount":`...), total, 10)
	b = append(b, "}}}"...)
	s.answer = b
	return err
}

// moment is a time as a binary argument.
func moment(text string) ([]byte, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, errArgument
	}
	const epoch = 946_684_800_000_000 // of PostgreSQL, in microseconds
	return binary.BigEndian.AppendUint64(nil, uint64(t.UnixMicro()-epoch)), nil
}
