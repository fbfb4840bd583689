package faults

import (
	"log/slog"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/internal/apitest"
	"cambium/internal/faultlab"
)

// cluster is a primary with a synchronous standby, and two instances of the program before them.
type cluster struct {
	primary, standby *faultlab.Node
	instances        []*instance
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{primary: faultlab.Primary(t, "left", nil)}
	migrate(t, c.primary.Direct())
	c.standby = c.primary.Standby(t, "right", nil)
	c.primary.Synchronous(c.standby)
	url := faultlab.URLs(c.primary, c.standby)
	c.instances = []*instance{startInstance(t, "mortal", url), startInstance(t, "lasting", url, "REQUIRE_DURABLE=true")}
	return c
}

func migrate(t *testing.T, url string) {
	t.Helper()
	p := apitest.Start(t, program, apitest.Options{Env: []string{"DATABASE_URL=" + url}}, "migrate", "apply")
	require.Zero(t, p.Wait(t), "%s", &p.Stderr)
}

// connections is how many the database sees of an instance.
func (c *cluster) connections(i *instance) int {
	n, _ := strconv.Atoi(c.primary.Ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + i.name + "'"))
	return n
}

// tally is what a database holds of what clients have written.
type tally struct {
	rows                    int64
	lost, duplicated, alien int64
}

// check compares the database with what the clients know.
func check(t *testing.T, url string, clients []*client) (is tally) {
	t.Helper()
	stored := map[string]int64{}
	db := open(t, url)
	require.NoError(t, db.Query(t.Context(), "SELECT company_name FROM shippers", nil, func(row [][]byte) error {
		stored[string(row[0])]++
		is.rows++
		return nil
	}))
	for _, c := range clients {
		for n := range c.written {
			row := c.name + "-" + strconv.FormatInt(n, 10)
			switch times := stored[row]; {
			case times == 0:
				is.lost++
			case times > 1:
				is.duplicated += times - 1
			}
			delete(stored, row)
		}
	}
	is.alien = int64(len(stored))
	return is
}

func open(t *testing.T, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.NewConfig(url), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}
