package load_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"cambium/internal/load"
	"cambium/trade/sample"
)

func TestLoadSample(t *testing.T) {
	t.Parallel()
	for _, size := range sampleSizes() {
		t.Run(size.String(), func(t *testing.T) {
			t.Parallel()
			db := orderDesk(t)
			start := time.Now()
			source := sample.Generate(size, 1)
			report, err := load.Load(t.Context(), db, source, load.Options{})
			require.NoError(t, err, "every constraint of the schema is kept")
			t.Logf("%s: %d rows in %s", size, report.Rows(), time.Since(start))
			require.Len(t, report.Tables, len(source))
			for _, table := range source {
				assert.Contains(t, report.Tables, load.Loaded{Name: table.Name, Rows: table.Rows})
			}
			assert.Zero(t, number(t, db, "SELECT count(*) FROM orders WHERE created_at IS NULL OR version <> 1"))
		})
	}
}
