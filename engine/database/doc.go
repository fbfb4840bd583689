// Package database is the connection layer: one bounded PostgreSQL pool and the transactions on it.
//
// # Opening
//
// [ConfigFromEnv] reads the DATABASE_* variables and reports every fault at once; [NewConfig] is the same with the
// defaults and a URL. [Open] waits, within a bound, for a server that is not up yet, and fails at once with an
// [*OpenError] where waiting cannot help. Nothing in this package prints a password.
//
//	cfg, err := database.ConfigFromEnv(os.Getenv)
//	db, err := database.Open(ctx, cfg, logger)
//	defer db.Close()
//	client := ent.NewClient(ent.Driver(db.Driver()))
//
// # Transactions
//
// A transaction travels in the context. Whatever runs with the context that [DB.WithTx] hands to its closure runs inside
// the transaction, on its one connection: an ent client over [DB.Driver], [DB.Query], [DB.Exec], [DB.CopyIn], and
// anything that uses [DB.SQL].
//
//	err := db.WithTx(ctx, func(ctx context.Context) error {
//		order, err := client.Order.Get(ctx, id) // inside
//		if err != nil {
//			return err
//		}
//		database.AfterCommit(ctx, func(ctx context.Context) { publish(ctx, order) })
//		return order.Update().SetShippedAt(now).Exec(ctx) // inside
//	}, database.Serializable())
//
// WithTx inside WithTx joins. A serialization failure or a deadlock runs the outermost closure again, so a closure
// touches nothing but the database and leaves the rest to [AfterCommit].
//
// # Reading
//
// [DB.Query] hands out the rows as PostgreSQL sends them, in binary, without database/sql in between: the path of
// engine/read.
//
// # Errors
//
// Sentinels for errors.Is ([ErrPoolExhausted], [ErrUnavailable], [ErrCommitUnknown], [ErrRolledBack], ...),
// [AsViolation] for broken constraints, [IsRetryable] and [IsUnavailable] for the rest. None looks at an error's text.
package database
