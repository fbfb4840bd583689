package trade_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"cambium/engine/access"
	"cambium/engine/database"
	"cambium/ent"
	"cambium/ent/order"
	_ "cambium/ent/runtime"
)

// A program opens the database that DATABASE_URL names and uses the typed client.
func Example() {
	ctx := access.With(context.Background(), access.System())
	config, _ := database.ConfigFromEnv(os.Getenv)
	db, err := database.Open(ctx, config, slog.Default())
	if err != nil {
		panic(err)
	}
	defer db.Close() //nolint:errcheck // the program ends
	client := ent.NewClient(ent.Driver(db.Driver()))
	fmt.Println(client.Order.Query().Where(order.ShippedAtIsNil()).CountX(ctx) > 0)
	// Output: true
}
