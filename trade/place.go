package trade

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/vektah/gqlparser/v2/ast"

	"cambium/engine/database"
	"cambium/engine/write"
	"cambium/ent"
)

// Goods are units of a product.
type Goods struct {
	Product  int64
	Quantity int32
}

// Placing is an order to be placed.
type Placing struct {
	Customer, Employee int64
	RequiredAt         *time.Time
	Goods              []Goods // each product once
}

// maxLines bounds an order: more do not fit on a delivery note.
const maxLines = 100

// Place stores an order, at the prices of the catalogue less what the quantities earn, and takes the goods from stock.
// Errors are [write.Faults], with the code OUT_OF_STOCK where there is not enough.
//
// Whoever may order may take from stock: the policy of the orders decides, not that of the catalogue.
func Place(ctx context.Context, client *ent.Client, p Placing, now time.Time) (placed *ent.Order, err error) {
	if faults := check(p.Goods); faults != nil {
		return nil, faults
	}
	err = client.WithTx(ctx, func(ctx context.Context) error {
		placed, err = client.Order.Create().SetCustomerID(p.Customer).SetEmployeeID(p.Employee).
			SetOrderedAt(now).SetNillableRequiredAt(p.RequiredAt).SetFreight(freight(p.Goods)).Save(ctx)
		if err != nil {
			return unknownParty(err)
		}
		products, err := take(ctx, client, p.Goods)
		if err != nil {
			return err
		}
		lines := make([]*ent.OrderLineCreate, len(p.Goods))
		for i, g := range p.Goods {
			lines[i] = client.OrderLine.Create().SetOrderID(placed.ID).SetProductID(g.Product).SetQuantity(g.Quantity).
				SetUnitPrice(products[g.Product].UnitPrice).SetDiscount(discount(g.Quantity))
		}
		_, err = client.CreateOrderLines(ctx, lines...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return placed, nil
}

// check finds what is wrong with goods whatever is in stock.
func check(goods []Goods) error {
	var faults write.Faults
	if len(goods) == 0 || len(goods) > maxLines {
		faults = append(faults, fault(write.BadUserInput, fmt.Sprintf("must be 1 to %d", maxLines), ast.PathName("goods")))
	}
	seen := make(map[int64]bool)
	for i, g := range goods {
		if g.Quantity < 1 {
			faults = append(faults, fault(write.BadUserInput, "must be at least 1", ast.PathName("goods"), ast.PathIndex(i), ast.PathName("quantity")))
		}
		if seen[g.Product] {
			faults = append(faults, fault(write.BadUserInput, "is given twice", ast.PathName("goods"), ast.PathIndex(i), ast.PathName("product")))
		}
		seen[g.Product] = true
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

func fault(code, message string, field ...ast.PathElement) *write.Error {
	return &write.Error{Code: code, Message: message, Field: field}
}

// unknownParty says that a customer or an employee is not there, where that is what an error is about.
func unknownParty(err error) error {
	v, ok := database.AsViolation(err)
	if !ok || v.Kind != database.ForeignKey || len(v.Columns) == 0 {
		return err
	}
	party := map[string]string{"customer_id": "customer", "employee_id": "employee"}[v.Columns[0]]
	return write.Faults{fault(write.NotFound, "there is no such row", ast.PathName(party))}
}

// discount is the part of the price that a quantity earns.
func discount(quantity int32) decimal.Decimal {
	switch {
	case quantity >= 100:
		return decimal.New(15, -2)
	case quantity >= 50:
		return decimal.New(10, -2)
	case quantity >= 20:
		return decimal.New(5, -2)
	}
	return decimal.Zero
}

// freight is the cost of the transport: by the order, and by the unit.
func freight(goods []Goods) decimal.Decimal {
	units := decimal.Zero
	for _, g := range goods {
		units = units.Add(decimal.NewFromInt32(g.Quantity))
	}
	return decimal.New(490, -2).Add(units.Mul(decimal.New(15, -2)))
}
