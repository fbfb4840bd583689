package writes

import (
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cambium/engine/database"
)

// processCPU is the CPU time of this process so far.
func processCPU(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// backendsCPU is the CPU time so far of PostgreSQL's processes that serve this database.
func backendsCPU(b *testing.B, db *database.DB) (sum time.Duration) {
	b.Helper()
	rows, err := db.SQL().QueryContext(context.Background(), "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
	require.NoError(b, err)
	defer rows.Close() //nolint:errcheck // of a benchmark
	for rows.Next() {
		var pid int
		require.NoError(b, rows.Scan(&pid))
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
		require.NoError(b, err)
		n, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
		require.NoError(b, err)
		sum += time.Duration(n)
	}
	require.NoError(b, rows.Err())
	return sum
}
