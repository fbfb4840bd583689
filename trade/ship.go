package trade

import (
	"context"
	"math"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/write"
	"cambium/ent"
	"cambium/ent/order"
	"cambium/ent/orderline"
	"cambium/ent/privacy"
)

// open locks an order that has neither left nor been called off; a [write.Error] says which of the two it has.
func open(ctx context.Context, client *ent.Client, id int64) (*ent.Order, error) {
	o, err := client.Order.Query().Where(order.ID(id), func(s *sql.Selector) { s.ForUpdate() }).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, write.Faults{fault(write.NotFound, "there is no such row", ast.PathName("id"))}
	case err != nil:
		return nil, err
	case o.CancelledAt != nil:
		return nil, write.Faults{fault(write.Conflict, "the order was called off", ast.PathName("id"))}
	case o.ShippedAt != nil:
		return nil, write.Faults{fault(write.Conflict, "the goods have left", ast.PathName("id"))}
	}
	return o, nil
}

// Ship records that a shipper has the goods of an order.
func Ship(ctx context.Context, client *ent.Client, id, shipper int64, now time.Time) (shipped *ent.Order, err error) {
	err = client.WithTx(ctx, func(ctx context.Context) error {
		o, err := open(ctx, client, id)
		if err != nil {
			return err
		}
		there, err := client.Shipper.Get(ctx, shipper)
		if ent.IsNotFound(err) {
			return write.Faults{fault(write.NotFound, "there is no such row", ast.PathName("shipper"))}
		}
		if err != nil {
			return err
		}
		shipped, err = o.Update().SetShippedAt(now).SetShipper(there).Save(ctx)
		return err
	})
	return shipped, err
}

// Cancel calls an order off and puts its goods back into stock. Whoever may change the order may: see [Place].
func Cancel(ctx context.Context, client *ent.Client, id int64, now time.Time) (cancelled *ent.Order, err error) {
	err = client.WithTx(ctx, func(ctx context.Context) error {
		o, err := open(ctx, client, id)
		if err != nil {
			return err
		}
		lines, err := o.QueryLines().Order(orderline.ByProductID()).All(ctx)
		if err != nil {
			return err
		}
		updates := make([]*ent.ProductUpdateOne, len(lines))
		for i, l := range lines {
			updates[i] = client.Product.UpdateOneID(l.ProductID).AddUnitsInStock(l.Quantity)
		}
		if cancelled, err = o.Update().SetCancelledAt(now).Save(ctx); err != nil {
			return err
		}
		goods := make([]Goods, len(lines))
		for i, l := range lines {
			goods[i] = Goods{l.ProductID, l.Quantity}
		}
		allowed := privacy.DecisionContext(ctx, privacy.Allow)
		products, err := lock(allowed, client, goods) // in the order in which Place locks them
		if err != nil {
			return err
		}
		for _, g := range goods {
			if products[g.Product].UnitsInStock > math.MaxInt32-g.Quantity {
				return write.Faults{fault(write.Conflict, "there is no room for its goods", ast.PathName("id"))}
			}
		}
		_, err = client.UpdateProducts(allowed, updates...)
		return err
	})
	return cancelled, err
}
