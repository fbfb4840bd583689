package database_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"cambium/engine/database"
)

func Example() {
	ctx := context.Background()
	config, err := database.ConfigFromEnv(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // every fault, a line each
		return
	}
	db, err := database.Open(ctx, config, slog.Default())
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // one line that says what to do
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()

	err = db.WithTx(ctx, func(ctx context.Context) error {
		if _, err := db.Exec(ctx, "UPDATE products SET stock = stock - $1 WHERE id = $2", int64(3), int64(7)); err != nil {
			return err
		}
		database.AfterCommit(ctx, func(ctx context.Context) { slog.InfoContext(ctx, "stock taken") })
		return nil
	}, database.Serializable())
	if v, ok := database.AsViolation(err); ok && v.Kind == database.Check {
		slog.Info("not enough stock")
	}
	if errors.Is(err, database.ErrCommitUnknown) {
		slog.Error("look before trying again")
	}
}
