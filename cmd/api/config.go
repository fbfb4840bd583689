package main

import (
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"cambium/engine/database"
)

func (p *program) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the configuration in force, without secrets",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return p.config() },
	}
}

// config prints every variable, its value and where that comes from.
func (p *program) config() error {
	settings, err := readSettings(p.getenv)
	databaseSettings, databaseErr := p.databaseSettings()
	replicaConfig, replicaErr := p.replicaConfig(settings)
	if err := errors.Join(err, databaseErr, replicaErr); err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "VARIABLE\tVALUE\tSOURCE") // Flush reports
	for _, s := range slices.Concat(databaseSettings, replicaConfig.Settings(), settings.list()) {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, s.Value, s.Source)
	}
	return w.Flush()
}

// databaseSettings are the database's. Without a URL, which only development can do without, the others still hold.
func (p *program) databaseSettings() ([]database.Setting, error) {
	if p.getenv(databaseURL) != "" {
		config, err := database.ConfigFromEnv(p.getenv)
		if err != nil {
			return nil, err
		}
		return config.Settings(), nil
	}
	config, err := database.ConfigFromEnv(func(name string) string {
		if name == databaseURL {
			return "postgres://localhost"
		}
		return p.getenv(name)
	})
	if err != nil {
		return nil, err
	}
	list := config.Settings()
	for i := range list {
		if list[i].Name == databaseURL {
			list[i].Value, list[i].Source = "(none: serve refuses, other commands use a private PostgreSQL)", "default"
		}
	}
	return list, nil
}
