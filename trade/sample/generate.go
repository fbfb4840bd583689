package sample

import (
	"iter"

	"cambium/internal/load"
)

// words are what names are made of.
type words struct {
	countries         []country
	categories        []category
	companies, titles []string
	origins           []string
}

// world is what all rows of one size and seed have in common. It is not changed once it is made.
type world struct {
	shape
	words
	seed      uint64
	products  []product
	customers []company
	// lines is the number of order lines.
	lines int64
}

// Generate returns the data of a size. The same size and seed give the same bytes; another seed gives other data of the
// same size.
func Generate(size Size, seed uint64) load.Source {
	w := &world{shape: size.shape(), seed: seed, words: words{
		countries:  countries(),
		categories: categories(),
		companies:  companyNames(),
		titles:     contactTitles(),
		origins:    origins(),
	}}
	d := newDraw(seed)
	for id := 1; id <= w.shape.products; id++ {
		w.products = append(w.products, d.product(id, w.suppliers, w.categories, w.origins))
	}
	taken := make(map[string]bool)
	for id := 1; id <= w.shape.customers; id++ {
		d.start(streamCustomers, id)
		c := d.company(&w.words)
		c.code = code(c.name, taken)
		w.customers = append(w.customers, c)
	}
	for id := 1; id <= w.orders; id++ {
		w.lines += int64(w.lineCount(d, id))
	}
	return load.Source{
		w.regionsTable(), w.territoriesTable(), w.employeesTable(), w.pairsTable(), w.shippersTable(), w.suppliersTable(),
		w.categoriesTable(), w.productsTable(), w.customersTable(), w.ordersTable(), w.linesTable(),
	}
}

// table makes a table of the columns' names.
func table(name string, size int64, records func() iter.Seq2[load.Record, error], columns ...string) load.Table {
	t := load.Table{Name: name, From: "sample " + name, Rows: size, Records: records}
	for _, c := range columns {
		t.Columns = append(t.Columns, load.Column{Name: c})
	}
	return t
}

// rowTable makes a table whose rows each depend on their number only.
func (w *world) rowTable(name string, size int, write func(d *draw, r *row, id int), columns ...string) load.Table {
	records := func() iter.Seq2[load.Record, error] {
		d := newDraw(w.seed)
		return rows(size, func(r *row, id int) { write(d, r, id) })()
	}
	return table(name, int64(size), records, columns...)
}

// regionNames are the parts of the sales area.
func regionNames() []string { return []string{"Eastern", "Western", "Northern", "Southern"} }

func (w *world) regionsTable() load.Table {
	names := regionNames()
	return w.rowTable("regions", len(names), func(_ *draw, r *row, id int) {
		r.int(id)
		r.string(names[id-1])
	}, "id", "name")
}

func (w *world) territoriesTable() load.Table {
	names := regionNames()
	return w.rowTable("territories", w.territories, func(d *draw, r *row, id int) {
		d.start(streamTerritories, id)
		r.int(id)
		// 7919 and 100,000 have no common divisor: codes repeat only after 100,000 territories.
		r.string(suffixDigits((1581 + id*7919) % 100_000))
		r.string(pick(d, pick(d, w.countries).towns).name)
		r.int(1 + (id-1)*len(names)/w.territories)
	}, "id", "code", "name", "region_id")
}

// suffixDigits writes n with five digits.
func suffixDigits(n int) string {
	out := []byte("00000")
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = byte('0' + n%10)
		n /= 10
	}
	return string(out)
}

func (w *world) employeesTable() load.Table {
	courtesies := []string{"Ms.", "Mr.", "Mrs.", "Dr."}
	return w.rowTable("employees", w.employees, func(d *draw, r *row, id int) {
		d.start(streamEmployees, id)
		home := d.address(w.countries)
		hired := firstOrder - int64(d.between(30, 10*365))*day
		r.int(id)
		r.string(d.faker.FirstName())
		r.string(d.faker.LastName())
		r.string(jobTitle(level(id, w.span)))
		r.string(pick(d, courtesies))
		r.date(hired - int64(d.between(20*365, 45*365))*day)
		r.date(hired)
		r.string(home.street)
		r.string(home.city)
		r.optional(home.region)
		r.optional(home.postal)
		r.string(home.country)
		r.string(home.phone)
		r.int(d.between(100, 9999))
		if above := manager(id, w.span); above > 0 {
			r.int(above)
		} else {
			r.null()
		}
	}, "id", "first_name", "last_name", "title", "title_of_courtesy", "birth_date", "hire_date",
		"address", "city", "region", "postal_code", "country", "phone", "extension", "manager_id")
}

// pairs calls each for every employee and territory that belong together: a few neighbouring territories each.
func (w *world) pairs(each func(employee, territory int) bool) {
	d := newDraw(w.seed)
	for employee := 1; employee <= w.employees; employee++ {
		d.start(streamPairs, employee)
		first, number := d.below(w.territories), d.between(3, 8)
		for i := range number {
			if !each(employee, 1+(first+i)%w.territories) {
				return
			}
		}
	}
}

func (w *world) pairsTable() load.Table {
	var size int64
	w.pairs(func(int, int) bool { size++; return true })
	records := func() iter.Seq2[load.Record, error] {
		return func(yield func(load.Record, error) bool) {
			var r row
			n := 0
			w.pairs(func(employee, territory int) bool {
				n++
				r.reset()
				r.int(employee)
				r.int(territory)
				return yield(load.Record{Cells: r.cells, Line: n}, nil)
			})
		}
	}
	return table("employee_territories", size, records, "employee_id", "territory_id")
}

// shipperNames are the companies that carry orders.
func shipperNames() []string {
	return []string{"Swift Parcel", "Harbour Freight Lines", "Overland Express"}
}

func (w *world) shippersTable() load.Table {
	names := shipperNames()
	return w.rowTable("shippers", len(names), func(d *draw, r *row, id int) {
		d.start(streamShippers, id)
		r.int(id)
		r.string(names[id-1])
		r.string(d.pattern("(503) 555-####"))
	}, "id", "company_name", "phone")
}

func (w *world) categoriesTable() load.Table {
	return w.rowTable("categories", len(w.categories), func(_ *draw, r *row, id int) {
		r.int(id)
		r.string(w.categories[id-1].name)
		r.string(w.categories[id-1].description)
	}, "id", "name", "description")
}

// company writes the cells that customers and suppliers share.
func (r *row) company(c company) {
	r.string(c.name)
	r.string(c.contact)
	r.string(c.title)
	r.string(c.street)
	r.string(c.city)
	r.optional(c.region)
	r.optional(c.postal)
	r.string(c.country)
	r.string(c.phone)
	r.optional(c.fax)
}

func (w *world) suppliersTable() load.Table {
	return w.rowTable("suppliers", w.suppliers, func(d *draw, r *row, id int) {
		d.start(streamSuppliers, id)
		r.int(id)
		r.company(d.company(&w.words))
	}, "id", "company_name", "contact_name", "contact_title", "address", "city", "region", "postal_code", "country", "phone", "fax")
}

func (w *world) customersTable() load.Table {
	return w.rowTable("customers", len(w.customers), func(_ *draw, r *row, id int) {
		r.int(id)
		r.string(w.customers[id-1].code)
		r.company(w.customers[id-1])
	}, "id", "code", "company_name", "contact_name", "contact_title", "address", "city", "region", "postal_code", "country", "phone", "fax")
}

func (w *world) productsTable() load.Table {
	return w.rowTable("products", len(w.products), func(_ *draw, r *row, id int) {
		p := w.products[id-1]
		r.int(id)
		r.string(p.name)
		r.int(p.supplier)
		r.int(p.category)
		r.string(p.pack)
		r.hundredths(p.price)
		r.int(p.stock)
		r.int(p.ordered)
		r.int(p.reorder)
		r.bool(p.discontinued)
	}, "id", "name", "supplier_id", "category_id", "quantity_per_unit", "unit_price", "units_in_stock", "units_on_order",
		"reorder_level", "discontinued")
}
