package measure

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"cambium/engine/database"
)

// backends reads what the PostgreSQL processes of one application have used: nanoseconds that the kernel counts at each
// switch, not ticks.
type backends struct {
	db          *database.DB
	application string
}

// cpu is the time of each process, by its id.
func (b backends) cpu(ctx context.Context) (map[int]time.Duration, error) {
	times := make(map[int]time.Duration)
	var pids []int
	const list = `SELECT pid FROM pg_stat_activity WHERE application_name = $1`
	err := b.db.Query(ctx, list, []any{b.application}, func(v [][]byte) error {
		pids = append(pids, int(binary.BigEndian.Uint32(v[0])))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the backends of %s: %w", b.application, err)
	}
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/schedstat")
		if os.IsNotExist(err) {
			continue // it has ended
		}
		if err != nil {
			return nil, fmt.Errorf("read the time of a backend: the benchmark needs Linux and its own PostgreSQL: %w", err)
		}
		first, _, _ := strings.Cut(string(text), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read the time of a backend: %w", err)
		}
		times[pid] = time.Duration(ns)
	}
	return times, nil
}

// since sums what was used between two looks.
func since(before, after map[int]time.Duration) (sum time.Duration) {
	for pid, used := range after {
		sum += used - before[pid]
	}
	return sum
}
