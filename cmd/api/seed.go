package main

import (
	"context"

	"github.com/spf13/cobra"

	"cambium/trade/sample"
)

// seedOptions are the flags of seed.
type seedOptions struct {
	size, dataDir string
	seed          uint64
	replace       bool
}

func (p *program) seedCommand() *cobra.Command {
	var o seedOptions
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Fill the database with sample data",
		Long:  `Fill the database with sample data that looks real. The same size and seed give the same rows everywhere.`,
		Args:  arguments(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.seed(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.size, "size", sample.Small.String(), "how much: small (830 orders), micro (50,000) or large (500,000)")
	cmd.Flags().Uint64Var(&o.seed, "seed", sampleSeed, "another number gives other data of the same size")
	cmd.Flags().BoolVar(&o.replace, "replace", false, "empty the tables first")
	addDataDir(cmd, &o.dataDir)
	complete(cmd, "size", sample.Small.String(), sample.Micro.String(), sample.Large.String())
	return cmd
}

func (p *program) seed(ctx context.Context, o seedOptions) error {
	size, err := sample.ParseSize(o.size)
	if err != nil {
		return usagef("--size must be small, micro or large")
	}
	return p.withStore(ctx, o.dataDir, func(s *store) error {
		return p.load(ctx, s, sample.Generate(size, o.seed), o.replace)
	})
}
