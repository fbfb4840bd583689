// The order desk with the classic data, as a user of its studio knows it.
export const domain = {
  entities: 10,
  // a list with a text of each row, a to-many edge, and another that is reached over it
  list: { entity: 'Customer', rows: 91, plural: 'customers', label: 'companyName', text: 'contactName', other: 'city', many: 'orders', target: 'Order', optional: 'region', counts: ['5', '1'], plain: ['companyName', 'neq', ''] },
  // an entity with a to-one edge, whose target has a label
  child: { entity: 'Product', rows: 77, label: 'name', one: 'category', target: 'Category', targetLabel: 'name', pick: 'Seafood', search: 'chocolade' },
  // rows that may be made and deleted: what they have to have, and a number that is refused
  made: { entity: 'Shipper', plural: 'shippers', needed: { companyName: 'Slow Boats' }, more: ['companyName', 'phone'] },
  wrong: { entity: 'Product', field: 'unitPrice', value: '-1' },
  group: { entity: 'Customer', by: 'country', most: ['USA', '13'] },
  buckets: { entity: 'Order', by: 'orderedAt', figure: 'sum', column: 'freight', bucket: 'YEAR', bars: ['1996', '1997', '1998'] },
  sum: { entity: 'Order', figure: 'sum', column: 'total', value: '1265793.0395' },
  far: { path: ['orders', 'lines', 'product', 'category'], field: 'name', op: 'eq', value: 'Seafood' },
  long: { entity: 'OrderLine', rows: 2155, plural: 'orderLines' },
  versions: true,
  search: { entity: 'Customer', text: 'futterkiste', rows: 1 },
  roles: { viewer: 'Davolio', role: 'sales', entity: 'Order', rows: 830, fewer: 123 },
  goCall: {
    view: { entity: 'Order', params: { sort: '-freight', where: JSON.stringify({ all: [['shipCountry', 'eq', 'Brazil'], ['lines.quantity', 'gte', '100'], ['shippedAt', 'isNull', 'false'], ['freight', 'gt', '12.50'], ['orderedAt', 'gte', '1997-01-01T00:00:00Z'], { any: [['shipCity', 'in', 'Rio de Janeiro, Resende'], ['customer.country', 'startsWith', 'B']] }] }) } },
    call: `rows, err := client.Order.Query().
	Where(
		order.ShipCountryEQ("Brazil"),
		order.HasLinesWith(orderline.QuantityGTE(100)),
		order.ShippedAtNotNil(),
		order.FreightGT(decimal.RequireFromString("12.50")),
		order.OrderedAtGTE(time.Date(1997, time.January, 1, 0, 0, 0, 0, time.UTC)),
		order.Or(order.ShipCityIn("Rio de Janeiro", "Resende"), order.HasCustomerWith(customer.CountryHasPrefix("B"))),
	).
	Order(order.ByFreight(sql.OrderDesc())).
	Limit(100).
	All(ctx)`,
  },
  described: { entity: 'Order', doc: 'What a customer asked for', see: ['admin, manager, auditor', 'sales, rows of takenByTeam'], change: ['sales: create, update, rows of takenByTeam'], index: 'customer_id, id', reference: 'customers' },
  migrations: { applied: 5 },
  values: [
    { entity: 'OrderLine', id: ['amount', 'eq', '168'], cells: { unitPrice: '14.00', discount: '0.00' } },
    { entity: 'Order', id: ['shipName', 'eq', 'Vins et alcools Chevalier'], cells: { freight: '32.38', total: '440.0000', status: 'SHIPPED', shipRegion: 'null', shipper: 'Federal Shipping', lines: '3' } },
  ],
  time: { entity: 'Order', field: 'orderedAt', where: ['shipName', 'eq', 'Vins et alcools Chevalier'], utc: '1996-07-04 00:00:00', local: '1996-07-03 20:00:00' },
  longText: { entity: 'Category', field: 'description', where: ['name', 'eq', 'Beverages'], text: 'Soft drinks, coffees, teas, beers, and ales' },
  secret: [],
};
