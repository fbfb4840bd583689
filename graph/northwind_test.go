package graph_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"cambium/internal/desktest"
)

// The known truths of the classic data, through the typed client.
func TestNorthwindThroughTheClient(t *testing.T) {
	t.Parallel()
	desk := desktest.Northwind(t)
	ctx := desktest.Context(t)
	require.Equal(t, 91, desk.Client.Customer.Query().CountX(ctx))
	require.Equal(t, 830, desk.Client.Order.Query().CountX(ctx))
	lines := desk.Client.OrderLine.Query().AllX(ctx)
	require.Len(t, lines, 2155)
	revenue := decimal.Zero
	for _, l := range lines {
		given := decimal.NewFromInt(1).Sub(l.Discount)
		revenue = revenue.Add(l.UnitPrice.Mul(decimal.NewFromInt32(l.Quantity)).Mul(given))
	}
	require.Equal(t, "1265793.0395", revenue.String())
}
