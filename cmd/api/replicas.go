package main

import (
	"context"
	"log/slog"
	"net/http"

	"cambium/engine/database"
	"cambium/engine/replica"
)

// replicas are where the API reads beside its database; nil where there are none.
type replicas struct{ *replica.Set }

// replicaConfig reads the variables, and holds them against the settings.
func (p *program) replicaConfig(s settings) (replica.Config, error) {
	config, err := replica.ConfigFromEnv(p.getenv)
	if err == nil && len(config.URLs) > 0 && s.databaseViewer {
		err = &usageError{"DATABASE_VIEWER=true runs every operation in a transaction of the primary: unset it, or DATABASE_REPLICA_URLS"}
	}
	return config, err
}

// openReplicas opens those of the configuration.
func openReplicas(ctx context.Context, db *database.DB, config replica.Config, logger *slog.Logger) (*replicas, error) {
	if len(config.URLs) == 0 {
		return nil, nil //nolint:nilnil // none is not a fault
	}
	set, err := replica.Open(ctx, db, config, logger)
	if err != nil {
		return nil, err
	}
	return &replicas{set}, nil
}

// mount lets the requests of the API read from them.
func (r *replicas) mount(api http.Handler) http.Handler {
	if r == nil {
		return api
	}
	return r.Handler(api)
}

func (r *replicas) close() error {
	if r == nil {
		return nil
	}
	return r.Close()
}
