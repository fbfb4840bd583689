// Package trade is the order desk's business: what it does with orders, as typed Go over the ent client.
package trade

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"cambium/engine/read"
	"cambium/ent"
	"cambium/ent/order"
)

// maxOverdue bounds a list of overdue orders: a page.
const maxOverdue = 100

// OverdueOrders returns orders that stand, should have arrived by now and have not been shipped, the oldest first. First
// is from 1 to 100; any other is a [read.Error].
func OverdueOrders(ctx context.Context, client *ent.Client, first int) ([]*ent.Order, error) {
	if first < 1 || first > maxOverdue {
		return nil, &read.Error{Code: read.BadUserInput, Message: fmt.Sprintf("first: must be from 1 to %d", maxOverdue)}
	}
	return client.Order.Query().
		Where(order.RequiredAtLT(time.Now()), order.ShippedAtIsNil(), order.CancelledAtIsNil()).
		Order(order.ByRequiredAt(sql.OrderAsc()), order.ByID()).
		Limit(first).
		All(ctx)
}
