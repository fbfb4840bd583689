package operation

// All returns the operations in the order of their numbers. The stock control has neither the groups of Q8 nor the words
// of Q9.
func All() []Operation {
	return []Operation{
		{
			Name: "Q1", What: "customer by id",
			variants: byID("Customer", func(r Rows) int { return r.Customers }),
			Document: `query Q1($id: ID!) {
  customer(id: $id) { id code companyName contactName contactTitle address city region postalCode country phone fax }
}`,
			Stock: `query Q1($id: ID!) {
  customer(id: $id) {
    id code companyName contactName contactTitle address city region postalCode country phone fax
  }
}`,
		},
		{
			Name: "Q2", What: "product with supplier and category",
			variants: byID("Product", func(r Rows) int { return r.Products }),
			Document: `query Q2($id: ID!) {
  product(id: $id) {
    id name quantityPerUnit unitPrice unitsInStock discontinued
    supplier { id companyName city country phone }
    category { id name description }
  }
}`,
			Stock: `query Q2($id: ID!) {
  product(id: $id) {
    id name quantityPerUnit unitPrice unitsInStock discontinued
    supplier { id companyName city country phone }
    category { id name description }
  }
}`,
		},
		{
			Name: "Q3", What: "50 customers after a cursor", variants: afterCursor,
			Document: `query Q3($after: String!) {
  customers(first: 50, after: $after) {
    pageInfo { hasNextPage }
    nodes { id code companyName contactName city country phone }
  }
}`,
			Stock: `query Q3($after: Cursor!) {
  customers(first: 50, after: $after) {
    pageInfo { hasNextPage }
    edges { node { id code companyName contactName city country phone } }
  }
}`,
		},
		{
			Name: "Q4", What: "orders by country, date and freight, first 20 by freight, with totalCount", variants: filters,
			Document: `query Q4($country: String!, $from: Time!, $until: Time!, $freight: Decimal!) {
  orders(
    first: 20
    where: { shipCountry: { eq: $country }, orderedAt: { gte: $from, lt: $until }, freight: { gte: $freight } }
    orderBy: [{ freight: ASC }]
  ) {
    totalCount
    nodes { id orderedAt freight shipName shipCity shipCountry }
  }
}`,
			Stock: `query Q4($country: String!, $from: Time!, $until: Time!, $freight: Decimal!) {
  orders(
    first: 20
    where: { shipCountry: $country, orderedAtGTE: $from, orderedAtLT: $until, freightGTE: $freight }
    orderBy: { field: FREIGHT, direction: ASC }
  ) {
    totalCount
    edges { node { id orderedAt freight shipName shipCity shipCountry } }
  }
}`,
		},
		{
			Name: "Q5", What: "order with lines, products, suppliers",
			variants: byID("Order", func(r Rows) int { return r.Orders }),
			Document: `query Q5($id: ID!) {
  order(id: $id) {
    id orderedAt requiredAt shippedAt freight shipName shipCity shipCountry
    lines(first: 100) { nodes {
      id quantity unitPrice discount
      product { id name unitPrice supplier { id companyName country } }
    } }
  }
}`,
			Stock: `query Q5($id: ID!) {
  order(id: $id) {
    id orderedAt requiredAt shippedAt freight shipName shipCity shipCountry
    lines(first: 100) { edges { node {
      id quantity unitPrice discount
      product { id name unitPrice supplier { id companyName country } }
    } } }
  }
}`,
		},
		{
			Name: "Q6", What: "20 customers -> 5 latest orders -> 10 lines -> product",
			Document: `query Q6 {
  customers(first: 20) { nodes {
    id companyName
    orders(first: 5, orderBy: [{ orderedAt: DESC }]) { nodes {
      id orderedAt freight
      lines(first: 10) { nodes { quantity unitPrice discount product { id name } } }
    } }
  } }
}`,
			Stock: `query Q6 {
  customers(first: 20) { edges { node {
    id companyName
    orders(first: 5, orderBy: { field: ORDERED_AT, direction: DESC }) { edges { node {
      id orderedAt freight
      lines(first: 10) { edges { node { quantity unitPrice discount product { id name } } } }
    } } }
  } } }
}`,
		},
		{
			Name: "Q7", What: "50 employees with manager, order count, last 3 orders",
			Document: `query Q7 {
  employees(first: 50, orderBy: [{ lastName: ASC }]) { nodes {
    id firstName lastName title
    manager { id firstName lastName }
    orders(last: 3) { totalCount nodes { id orderedAt freight } }
  } }
}`,
			Stock: `query Q7 {
  employees(first: 50, orderBy: { field: LAST_NAME, direction: ASC }) { edges { node {
    id firstName lastName title
    manager { id firstName lastName }
    orders(last: 3) { totalCount edges { node { id orderedAt freight } } }
  } } }
}`,
		},
		{
			Name: "Q8", What: "sales of a quarter by category and month", variants: quarters,
			Document: `query Q8($from: Time!, $until: Time!) {
  orderLinesAggregate(
    first: 100
    where: { order: { orderedAt: { gte: $from, lt: $until } } }
    groupBy: [{ product: { category: { name: true } } }, { order: { orderedAt: MONTH } }]
  ) {
    group { product { category { name } } order { orderedAt } }
    count
    sum { quantity amount }
  }
}`,
		},
		{
			Name: "Q9", What: "product search, first 20 with supplier", variants: searches,
			Document: `query Q9($words: String!) {
  products(first: 20, search: $words) { nodes { id name unitPrice supplier { id companyName country } } }
}`,
		},
		{
			Name: "Q10", What: "categories -> 50 products -> supplier, products again with a filter, aliases, fragments",
			Document: `fragment Item on Product { id name unitPrice supplier { ...Maker } }
fragment Maker on Supplier { id companyName country }
query Q10 {
  categories { nodes {
    id title: name
    products(first: 50) { nodes { ...Item stock: unitsInStock } }
    gone: products(first: 20, where: { discontinued: { eq: true } }) { nodes { ...Item } }
  } }
}`,
			Stock: `fragment Item on Product { id name unitPrice supplier { ...Maker } }
fragment Maker on Supplier { id companyName country }
query Q10 {
  categories(first: 20) { edges { node {
    id title: name
    products(first: 50) { edges { node { ...Item stock: unitsInStock } } }
    gone: products(first: 20, where: { discontinued: true }) { edges { node { ...Item } } }
  } } }
}`,
		},
	}
}
