package sample

import (
	"iter"
	"slices"

	"cambium/internal/load"
)

// Times in seconds since 1970.
const (
	hour = 60 * 60
	day  = 24 * hour
	// firstOrder is 2021-01-04T00:00:00Z, a Monday; the orders fill the four years from there.
	firstOrder int64 = 1_609_718_400
	lastOrder        = firstOrder + 4*365*day
	// priceRise is when products came to cost what they cost now: earlier orders were cheaper by a fifth.
	priceRise = firstOrder + 2*365*day
)

// orderedAt draws the time of an order: they come one after another, each somewhere in its share of the years.
func (w *world) orderedAt(d *draw, id int) int64 {
	share := (lastOrder - firstOrder) / int64(w.orders)
	return firstOrder + int64(id-1)*share + int64(d.below(int(share)))
}

func (w *world) ordersTable() load.Table {
	// Those without reports sell.
	firstSeller := 1
	for manager(w.employees, w.span) >= firstSeller {
		firstSeller++
	}
	return w.rowTable("orders", w.orders, func(d *draw, r *row, id int) {
		d.start(streamOrders, id)
		ordered := w.orderedAt(d, id)
		customer := d.early(len(w.customers))
		to := w.customers[customer]
		var shipped, cancelled int64
		switch {
		case d.chance(4):
			cancelled = ordered + int64(d.between(hour, 3*day))
		case d.chance(970):
			shipped = ordered + int64(d.between(day, 14*day))
		default:
			shipped = ordered + int64(d.between(15*day, 60*day))
		}
		if cancelled > lastOrder {
			cancelled = 0
		}
		if shipped > lastOrder {
			shipped = 0
		}
		r.int(id)
		r.int(customer + 1)
		r.int(firstSeller + d.early(w.employees-firstSeller+1))
		if shipper := d.between(1, len(shipperNames())); shipped > 0 {
			r.int(shipper)
		} else {
			r.null()
		}
		r.time(ordered)
		r.time(ordered - ordered%day + int64(14*d.between(1, 3))*day)
		r.time(shipped)
		r.time(cancelled)
		r.hundredths(20 + d.below(400)*d.below(400)/4)
		r.string(to.name)
		r.string(to.street)
		r.string(to.city)
		r.optional(to.region)
		r.optional(to.postal)
		r.string(to.country)
	}, "id", "customer_id", "employee_id", "shipper_id", "ordered_at", "required_at", "shipped_at", "cancelled_at", "freight",
		"ship_name", "ship_address", "ship_city", "ship_region", "ship_postal_code", "ship_country")
}

// lineCount starts the draws of an order's lines with their number.
func (w *world) lineCount(d *draw, order int) int {
	d.start(streamLines, order)
	percent := d.below(100)
	for _, b := range w.bands {
		if percent < b.percent {
			return d.between(b.from, b.to)
		}
		percent -= b.percent
	}
	return 1 // the bands are a hundred percent: not reached
}

func (w *world) linesTable() load.Table {
	records := func() iter.Seq2[load.Record, error] {
		return func(yield func(load.Record, error) bool) {
			d, times := newDraw(w.seed), newDraw(w.seed)
			var r row
			var chosen []int // products of the order: none is there twice
			id := 0
			for order := 1; order <= w.orders; order++ {
				times.start(streamOrders, order)
				ordered := w.orderedAt(times, order)
				chosen = chosen[:0]
				for range w.lineCount(d, order) {
					product := d.early(len(w.products))
					for slices.Contains(chosen, product) {
						product = d.early(len(w.products))
					}
					chosen = append(chosen, product)
					id++
					r.reset()
					w.writeLine(d, &r, id, order, product, ordered)
					if !yield(load.Record{Cells: r.cells, Line: id}, nil) {
						return
					}
				}
			}
		}
	}
	return table("order_lines", w.lines, records, "id", "order_id", "product_id", "unit_price", "quantity", "discount")
}

func (w *world) writeLine(d *draw, r *row, id, order, product int, ordered int64) {
	price := w.products[product].price
	if ordered < priceRise {
		price = price * 4 / 5
	}
	discount := 0
	if d.chance(380) {
		discount = 5 * d.between(1, 5)
	}
	r.int(id)
	r.int(order)
	r.int(product + 1)
	r.hundredths(price)
	r.int(d.between(1, 11) * d.between(1, 11))
	r.hundredths(discount)
}
