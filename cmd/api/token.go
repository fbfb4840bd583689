package main

import (
	"time"

	"github.com/spf13/cobra"

	"cambium/engine/access/token"
)

// tokenOptions are the flags of token.
type tokenOptions struct {
	as, dataDir string
	roles       []string
	good        time.Duration
}

// workday is how long a token for development is good.
const workday = 12 * time.Hour

func (p *program) tokenCommand() *cobra.Command {
	var o tokenOptions
	cmd := &cobra.Command{
		Use:   "token --as EMPLOYEE --role ROLE",
		Short: "Print a token for development",
		Long: `Print a token that says to be of an employee, given by id, with roles: of AUTH_SECRET where that is set, else one that
api dev takes.

	curl http://127.0.0.1:8080/graphql -H "Authorization: Bearer $(api token --as 5 --role sales)" ...`,
		Args: arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error { return p.token(o) },
	}
	cmd.Flags().StringVar(&o.as, "as", "", "id of the employee")
	cmd.Flags().StringSliceVar(&o.roles, "role", nil, "role: admin, manager, sales or auditor; may be given more than once")
	cmd.Flags().DurationVar(&o.good, "for", workday, "how long the token is good")
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) token(o tokenOptions) error {
	settings, err := readSettings(p.getenv)
	if err != nil {
		return err
	}
	if o.as == "" || o.good <= 0 {
		return usagef("--as must name an employee, and --for a time to come")
	}
	config := settings.token
	if len(config.Secret) == 0 {
		if config.Secret, err = keptKey(o.dataDir, tokenKey); err != nil {
			return err
		}
	}
	text, err := token.Sign(config, o.as, o.roles, time.Now(), o.good)
	if err != nil {
		return err
	}
	return p.say("%s", text)
}
