package trade

import (
	"context"
	"math"

	"entgo.io/ent/dialect/sql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/read"
	"cambium/engine/write"
	"cambium/ent"
	"cambium/ent/privacy"
	"cambium/ent/product"
)

// OutOfStock is the code of goods of which there are not enough.
const OutOfStock = "OUT_OF_STOCK"

// lock reads the products of goods and keeps others from changing them until the transaction ends. They are locked in the
// order of their ids, so that no two transactions wait for each other.
func lock(ctx context.Context, client *ent.Client, goods []Goods) (map[int64]*ent.Product, error) {
	ids := make([]int64, len(goods))
	for i, g := range goods {
		ids[i] = g.Product
	}
	found, err := client.Product.Query().Where(func(s *sql.Selector) {
		s.Where(read.KeyIn(s.C(product.FieldID), ids)).ForUpdate()
	}).Order(product.ByID()).Select(product.FieldUnitPrice, product.FieldUnitsInStock, product.FieldUnitsOnOrder, product.FieldDiscontinued).All(ctx)
	if err != nil {
		return nil, err
	}
	products := make(map[int64]*ent.Product, len(found))
	for _, p := range found {
		products[p.ID] = p
	}
	var faults write.Faults
	for i, g := range goods {
		if products[g.Product] == nil {
			faults = append(faults, fault(write.NotFound, "there is no such row", ast.PathName("goods"), ast.PathIndex(i), ast.PathName("product")))
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return products, nil
}

// take takes goods from stock and returns their products.
func take(ctx context.Context, client *ent.Client, goods []Goods) (map[int64]*ent.Product, error) {
	products, err := lock(ctx, client, goods)
	if err != nil {
		return nil, err
	}
	var faults write.Faults
	updates := make([]*ent.ProductUpdateOne, len(goods))
	for i, g := range goods {
		p := products[g.Product]
		if p.Discontinued || p.UnitsInStock < g.Quantity {
			faults = append(faults, fault(OutOfStock, "there are not so many units to be sold", ast.PathName("goods"), ast.PathIndex(i), ast.PathName("quantity")))
		}
		updates[i] = client.Product.UpdateOneID(g.Product).AddUnitsInStock(-g.Quantity)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	_, err = client.UpdateProducts(privacy.DecisionContext(ctx, privacy.Allow), updates...)
	return products, err
}

// Restock puts goods that a supplier has sent into stock, and returns their products.
func Restock(ctx context.Context, client *ent.Client, goods []Goods) (stocked []*ent.Product, err error) {
	if faults := check(goods); faults != nil {
		return nil, faults
	}
	err = client.WithTx(ctx, func(ctx context.Context) error {
		products, err := lock(ctx, client, goods)
		if err != nil {
			return err
		}
		updates := make([]*ent.ProductUpdateOne, len(goods))
		for i, g := range goods {
			p := products[g.Product]
			if p.UnitsInStock > math.MaxInt32-g.Quantity {
				return write.Faults{fault(write.BadUserInput, "is more than there is room for", ast.PathName("goods"), ast.PathIndex(i), ast.PathName("quantity"))}
			}
			updates[i] = client.Product.UpdateOneID(g.Product).AddUnitsInStock(g.Quantity).SetUnitsOnOrder(max(p.UnitsOnOrder-g.Quantity, 0))
		}
		stocked, err = client.UpdateProducts(ctx, updates...)
		return err
	})
	return stocked, err
}
