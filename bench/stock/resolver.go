//go:build ignore

package main

import (
	"context"

	"entgo.io/contrib/entgql"

	"cambium/bench/stock/ent"
	"cambium/bench/stock/ent/customer"
	"cambium/bench/stock/ent/order"
	"cambium/bench/stock/ent/product"
	"cambium/bench/stock/graph"
)

// resolver is what entgql's manual has one write: a call of Paginate for each connection.
type resolver struct{ client *ent.Client }

func (r *resolver) Query() graph.QueryResolver { return r }

func (r *resolver) Node(ctx context.Context, id int) (ent.Noder, error) {
	return r.client.Noder(ctx, id)
}

func (r *resolver) Nodes(ctx context.Context, ids []int) ([]ent.Noder, error) {
	return r.client.Noders(ctx, ids)
}

func (r *resolver) Customer(ctx context.Context, id int) (*ent.Customer, error) {
	q, err := r.client.Customer.Query().Where(customer.ID(id)).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	c, err := q.Only(ctx)
	return c, ent.MaskNotFound(err)
}

func (r *resolver) Product(ctx context.Context, id int) (*ent.Product, error) {
	q, err := r.client.Product.Query().Where(product.ID(id)).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	p, err := q.Only(ctx)
	return p, ent.MaskNotFound(err)
}

func (r *resolver) Order(ctx context.Context, id int) (*ent.Order, error) {
	q, err := r.client.Order.Query().Where(order.ID(id)).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	o, err := q.Only(ctx)
	return o, ent.MaskNotFound(err)
}

type cursor = *entgql.Cursor[int]

func (r *resolver) Categories(ctx context.Context, after cursor, first *int, before cursor, last *int, where *ent.CategoryWhereInput) (*ent.CategoryConnection, error) {
	return r.client.Category.Query().Paginate(ctx, after, first, before, last, ent.WithCategoryFilter(where.Filter))
}

func (r *resolver) Customers(ctx context.Context, after cursor, first *int, before cursor, last *int, where *ent.CustomerWhereInput) (*ent.CustomerConnection, error) {
	return r.client.Customer.Query().Paginate(ctx, after, first, before, last, ent.WithCustomerFilter(where.Filter))
}

func (r *resolver) Employees(ctx context.Context, after cursor, first *int, before cursor, last *int, by *ent.EmployeeOrder, where *ent.EmployeeWhereInput) (*ent.EmployeeConnection, error) {
	return r.client.Employee.Query().Paginate(ctx, after, first, before, last, ent.WithEmployeeOrder(by), ent.WithEmployeeFilter(where.Filter))
}

func (r *resolver) Orders(ctx context.Context, after cursor, first *int, before cursor, last *int, by *ent.OrderOrder, where *ent.OrderWhereInput) (*ent.OrderConnection, error) {
	return r.client.Order.Query().Paginate(ctx, after, first, before, last, ent.WithOrderOrder(by), ent.WithOrderFilter(where.Filter))
}

func (r *resolver) Products(ctx context.Context, after cursor, first *int, before cursor, last *int, where *ent.ProductWhereInput) (*ent.ProductConnection, error) {
	return r.client.Product.Query().Paginate(ctx, after, first, before, last, ent.WithProductFilter(where.Filter))
}

func (r *resolver) Suppliers(ctx context.Context, after cursor, first *int, before cursor, last *int, where *ent.SupplierWhereInput) (*ent.SupplierConnection, error) {
	return r.client.Supplier.Query().Paginate(ctx, after, first, before, last, ent.WithSupplierFilter(where.Filter))
}
