package trade_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/engine/write"
	"cambium/ent"
	"cambium/ent/order"
	"cambium/internal/desktest"
	"cambium/trade"
)

// shop is a desk with a customer, an employee, a shipper and products of which there are so many units.
type shop struct {
	*desktest.Desk

	customer, employee, shipper int64
	products                    []int64
}

func open(t *testing.T, stock ...int32) *shop {
	t.Helper()
	ctx := desktest.Context(t)
	s := &shop{Desk: desktest.Empty(t)}
	c := s.Client
	s.customer = c.Customer.Create().SetCode("ALFKI").SetCompanyName("Alfreds").SaveX(ctx).ID
	s.employee = c.Employee.Create().SetFirstName("Nancy").SetLastName("Davolio").SaveX(ctx).ID
	s.shipper = c.Shipper.Create().SetCompanyName("Speedy").SaveX(ctx).ID
	supplier := c.Supplier.Create().SetCompanyName("Exotic").SaveX(ctx)
	category := c.Category.Create().SetName("Beverages").SaveX(ctx)
	var builders []*ent.ProductCreate
	for i, n := range stock {
		builders = append(builders, c.Product.Create().SetName("p").SetUnitPrice(decimal.NewFromInt(int64(10*(i+1)))).
			SetUnitsInStock(n).SetSupplier(supplier).SetCategory(category))
	}
	products, err := c.CreateProducts(ctx, builders...)
	require.NoError(t, err)
	for _, p := range products {
		s.products = append(s.products, p.ID)
	}
	return s
}

func (s *shop) place(ctx context.Context, quantities ...int32) (*ent.Order, error) {
	p := trade.Placing{Customer: s.customer, Employee: s.employee}
	for i, q := range quantities {
		if q > 0 {
			p.Goods = append(p.Goods, trade.Goods{Product: s.products[i], Quantity: q})
		}
	}
	return trade.Place(ctx, s.Client, p, time.Now())
}

func (s *shop) stock(t *testing.T, i int) int32 {
	t.Helper()
	return s.Client.Product.GetX(desktest.Context(t), s.products[i]).UnitsInStock
}

func TestPlace(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, 100, 100), desktest.Context(t)
	placed, err := s.place(ctx, 10, 50)
	require.NoError(t, err)
	lines := placed.QueryLines().Order(ent.Asc("id")).AllX(ctx)
	require.Len(t, lines, 2)
	assert.Equal(t, "10", lines[0].UnitPrice.String())
	assert.Equal(t, "0", lines[0].Discount.String())
	assert.Equal(t, "20", lines[1].UnitPrice.String())
	assert.Equal(t, "0.1", lines[1].Discount.String())
	assert.Equal(t, "13.9", placed.Freight.String())
	assert.EqualValues(t, 90, s.stock(t, 0))
	assert.EqualValues(t, 50, s.stock(t, 1))
}

// Nothing of an order is stored that cannot be served as a whole.
func TestPlaceOutOfStock(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, 100, 3), desktest.Context(t)
	_, err := s.place(ctx, 10, 4)
	var fault *write.Error
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, trade.OutOfStock, fault.Code)
	assert.Equal(t, "goods[1].quantity", fault.Field.String())
	assert.EqualValues(t, 100, s.stock(t, 0))
	assert.Zero(t, s.Client.Order.Query().CountX(ctx))
}

func TestPlaceTellsAllFaults(t *testing.T) {
	t.Parallel()
	s := open(t, 100)
	g := trade.Goods{Product: s.products[0], Quantity: 0}
	_, err := trade.Place(desktest.Context(t), s.Client, trade.Placing{Customer: s.customer, Employee: s.employee, Goods: []trade.Goods{g, g}}, time.Now())
	var faults write.Faults
	require.ErrorAs(t, err, &faults)
	assert.Equal(t, "goods[0].quantity: must be at least 1; goods[1].quantity: must be at least 1; goods[1].product: is given twice", faults.Error())
	_, err = trade.Place(desktest.Context(t), s.Client, trade.Placing{Customer: 77, Employee: s.employee, Goods: []trade.Goods{{Product: s.products[0], Quantity: 1}}}, time.Now())
	require.ErrorAs(t, err, &faults)
	assert.Equal(t, write.NotFound, faults[0].Code)
	assert.Equal(t, "customer", faults[0].Field.String())
}

func TestShipAndCancel(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, 10), desktest.Context(t)
	first, err := s.place(ctx, 4)
	require.NoError(t, err)
	second, err := s.place(ctx, 5)
	require.NoError(t, err)
	shipped, err := trade.Ship(ctx, s.Client, first.ID, s.shipper, time.Now())
	require.NoError(t, err)
	assert.NotNil(t, shipped.ShippedAt)
	cancelled, err := trade.Cancel(ctx, s.Client, second.ID, time.Now())
	require.NoError(t, err)
	assert.NotNil(t, cancelled.CancelledAt)
	assert.EqualValues(t, 6, s.stock(t, 0))
	for _, again := range []func() error{
		func() error { _, err := trade.Cancel(ctx, s.Client, first.ID, time.Now()); return err },
		func() error { _, err := trade.Ship(ctx, s.Client, second.ID, s.shipper, time.Now()); return err },
		func() error { _, err := trade.Cancel(ctx, s.Client, second.ID, time.Now()); return err },
	} {
		var fault *write.Error
		require.ErrorAs(t, again(), &fault)
		assert.Equal(t, write.Conflict, fault.Code)
	}
	assert.EqualValues(t, 6, s.stock(t, 0))
}

func TestRestock(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, 10), desktest.Context(t)
	s.Client.Product.UpdateOneID(s.products[0]).SetUnitsOnOrder(5).ExecX(ctx)
	stocked, err := trade.Restock(ctx, s.Client, []trade.Goods{{Product: s.products[0], Quantity: 7}})
	require.NoError(t, err)
	assert.EqualValues(t, 17, stocked[0].UnitsInStock)
	assert.Zero(t, stocked[0].UnitsOnOrder)
}

// 16 clients order the last 100 units: exactly 100 are sold, and what the orders say adds up.
func TestLastUnits(t *testing.T) {
	t.Parallel()
	s := open(t, 100)
	sold, cancelled := s.rush(t, false)
	assert.EqualValues(t, 100, sold)
	assert.Zero(t, cancelled)
	assert.EqualValues(t, 0, s.stock(t, 0))
	s.addsUp(t, 100)
}

// The same while orders are called off: what is given back is sold again.
func TestLastUnitsWithCancellations(t *testing.T) {
	t.Parallel()
	s := open(t, 100)
	sold, cancelled := s.rush(t, true)
	assert.Positive(t, cancelled)
	assert.EqualValues(t, 100, sold-cancelled+int64(s.stock(t, 0)))
	s.addsUp(t, 100)
}

// rush has 16 clients order one to three units until there are none, and call off every fifth order where that is asked.
func (s *shop) rush(t *testing.T, cancel bool) (sold, cancelled int64) {
	t.Helper()
	ctx := desktest.Context(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for client := range 16 {
		wg.Go(func() {
			for n := 0; ; n++ {
				quantity := int32(1 + (client+n)%3)
				placed, err := s.place(ctx, quantity)
				var fault *write.Error
				if errors.As(err, &fault) && fault.Code == trade.OutOfStock {
					if quantity == 1 {
						return
					}
					continue
				}
				if !assert.NoError(t, err) {
					return
				}
				called := false
				if cancel && n%5 == 0 {
					_, err = trade.Cancel(ctx, s.Client, placed.ID, time.Now())
					called = assert.NoError(t, err)
				}
				mu.Lock()
				if sold += int64(quantity); called {
					cancelled += int64(quantity)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return sold, cancelled
}

// addsUp compares stock and the lines of the orders that stand with the stock at the beginning.
func (s *shop) addsUp(t *testing.T, all int32) {
	t.Helper()
	ctx := desktest.Context(t)
	var units int32
	for _, o := range s.Client.Order.Query().Where(order.CancelledAtIsNil()).WithLines().AllX(ctx) {
		require.Len(t, o.Edges.Lines, 1)
		units += o.Edges.Lines[0].Quantity
	}
	assert.Equal(t, all, units+s.stock(t, 0))
	assert.GreaterOrEqual(t, s.stock(t, 0), int32(0))
}

func TestCancelWithoutRoom(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, 10), desktest.Context(t)
	placed, err := s.place(ctx, 4)
	require.NoError(t, err)
	s.Client.Product.UpdateOneID(s.products[0]).SetUnitsInStock(math.MaxInt32 - 3).ExecX(ctx)
	_, err = trade.Cancel(ctx, s.Client, placed.ID, time.Now())
	var fault *write.Error
	require.ErrorAs(t, err, &fault)
	assert.Equal(t, write.Conflict, fault.Code)
	assert.Equal(t, "id", fault.Field.String())
	assert.Nil(t, s.Client.Order.GetX(ctx, placed.ID).CancelledAt)
}
