package trade_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"go.uber.org/goleak"

	"cambium/engine/database"
	"cambium/engine/migration"
	"cambium/ent/migrate"
	"cambium/internal/devpg"
	"cambium/internal/load"
	"cambium/trade/sample"
)

// The examples find a database with sample data under DATABASE_URL.
func TestMain(m *testing.M) {
	stop, err := start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

func start(ctx context.Context) (stop func() error, err error) {
	logger := slog.New(slog.DiscardHandler)
	server, err := devpg.Start(ctx, devpg.Config{Database: "desk", Volatile: true, Getenv: os.Getenv, Logger: logger})
	if err != nil {
		return nil, err
	}
	if err := os.Setenv("DATABASE_URL", server.URL()); err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, database.NewConfig(server.URL()), logger)
	if err != nil {
		return nil, err
	}
	if _, err := migration.Apply(ctx, db, migration.NewDir(migrate.Migrations()), migration.Options{}); err != nil {
		return nil, err
	}
	if _, err := load.Load(ctx, db, sample.Generate(sample.Small, 1), load.Options{}); err != nil {
		return nil, err
	}
	return func() error { return server.Stop(context.Background()) }, db.Close()
}
