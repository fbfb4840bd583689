package trade

import (
	"context"
	"time"

	"cambium/ent"
)

// Batch has the order desk's fields that Go computes. Now is the clock.
func Batch(now func() time.Time) ent.Batch {
	return ent.Batch{
		OrderDaysLate: func(_ context.Context, orders []*ent.Order) ([]*int32, error) {
			days := make([]*int32, len(orders))
			for i, o := range orders {
				days[i] = daysLate(o, now())
			}
			return days, nil
		},
	}
}

// daysLate returns the whole days by which the goods of an order left after they were needed, or have not left by now;
// nil where they were in time, are not needed by any day, or the order was called off.
func daysLate(o *ent.Order, now time.Time) *int32 {
	if o.RequiredAt == nil || o.CancelledAt != nil {
		return nil
	}
	left := now
	if o.ShippedAt != nil {
		left = *o.ShippedAt
	}
	const day = 24 * time.Hour
	if late := left.Sub(*o.RequiredAt); late >= day {
		days := int32(late / day)
		return &days
	}
	return nil
}
