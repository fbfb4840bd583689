package sample_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/internal/load"
	"cambium/trade/sample"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// check fails the test for a row. It is what is left of require where there are hundreds of thousands of rows.
func check(t testing.TB, ok bool, what string, row int) {
	t.Helper()
	if !ok {
		t.Fatalf("%s, row %d", what, row)
	}
}

// each calls f with every record of a table, its cells as strings by the name of the column; NULL is not among them. The
// map is the same for all records.
func each(t testing.TB, source load.Source, table string, f func(cells map[string]string)) {
	t.Helper()
	for _, candidate := range source {
		if candidate.Name != table {
			continue
		}
		cells := make(map[string]string, len(candidate.Columns))
		for record, err := range candidate.Records() {
			check(t, err == nil, table, record.Line)
			clear(cells)
			for i, cell := range record.Cells {
				if !cell.Null {
					cells[candidate.Columns[i].Name] = string(cell.Text)
				}
			}
			f(cells)
		}
		return
	}
	t.Fatalf("no table %s", table)
}

// rowsOf counts the records of each table.
func rowsOf(t testing.TB, source load.Source) map[string]int {
	t.Helper()
	counts := make(map[string]int)
	for _, table := range source {
		for record, err := range table.Records() {
			check(t, err == nil, table.Name, record.Line)
			counts[table.Name]++
		}
		assert.EqualValues(t, counts[table.Name], table.Rows, "what %s says of itself", table.Name)
	}
	return counts
}

// hash is over all bytes of all tables, with NULL apart from an empty text.
func hash(t testing.TB, source load.Source) string {
	t.Helper()
	h := sha256.New()
	for _, table := range source {
		_, _ = fmt.Fprintf(h, "%s%v\n", table.Name, table.Columns)
		var line []byte
		for record, err := range table.Records() {
			check(t, err == nil && len(record.Cells) == len(table.Columns), table.Name, record.Line)
			line = line[:0]
			for _, cell := range record.Cells {
				line = strconv.AppendBool(line, cell.Null)
				line = append(append(line, cell.Text...), '\n')
			}
			_, _ = h.Write(append(line, '\n'))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// The hashes change when the data does, for which there should be a reason and a line in the change log.
func TestGenerateIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		size sample.Size
		seed uint64
		hash string
	}{
		{sample.Small, 1, "3254a1e5a08bd2a00bdd558581a6750a7492f31ed0367c905977e012ccfdeed0"},
		{sample.Small, 2, "bb38e942c32effd33add411d987fe279b6339a6066ee62bdc275fe02f3d83c4a"},
		{sample.Micro, 1, "faa1ec90634761dd5ba57f8b282881c619a5a186cfacd09b79ad0c548c201650"},
	} {
		t.Run(fmt.Sprint(test.size, " ", test.seed), func(t *testing.T) {
			t.Parallel()
			source := sample.Generate(test.size, test.seed)
			assert.Equal(t, test.hash, hash(t, source))
			if test.size == sample.Small {
				assert.Equal(t, test.hash, hash(t, source), "the same source, read again")
				assert.Equal(t, test.hash, hash(t, sample.Generate(test.size, test.seed)), "another source")
			}
		})
	}
}

func TestGenerateHasTheSizesOfNorthwind(t *testing.T) {
	t.Parallel()
	counts := rowsOf(t, sample.Generate(sample.Small, 1))
	assert.InDelta(t, 2_155, counts["order_lines"], 100)
	assert.InDelta(t, 49, counts["employee_territories"], 15)
	delete(counts, "order_lines")
	delete(counts, "employee_territories")
	assert.Equal(t, map[string]int{
		"regions": 4, "territories": 53, "employees": 9, "shippers": 3, "suppliers": 29, "categories": 8, "products": 77,
		"customers": 91, "orders": 830,
	}, counts)
}

func TestGenerateMicro(t *testing.T) {
	t.Parallel()
	source := sample.Generate(sample.Micro, 1)
	counts := rowsOf(t, source)
	assert.Equal(t, []int{200, 10_000, 5_000, 1_000, 50_000},
		[]int{counts["employees"], counts["customers"], counts["products"], counts["suppliers"], counts["orders"]})
	assert.InDelta(t, 309_000, counts["order_lines"], 3_000)

	lines := make(map[string]int)
	each(t, source, "order_lines", func(cells map[string]string) { lines[cells["order_id"]]++ })
	require.Len(t, lines, 50_000, "each order has a line")
	shares := make(map[string]float64)
	for _, n := range lines {
		switch {
		case n <= 4:
			shares["1-4"]++
		case n <= 10:
			shares["5-10"]++
		case 11 <= n && n <= 17:
			shares["11-17"]++
		case 18 <= n && n <= 25:
			shares["18-25"]++
		}
	}
	for band, want := range map[string]float64{"1-4": 60, "5-10": 20, "11-17": 15, "18-25": 5} {
		assert.InDelta(t, want, shares[band]*100/50_000, 1, "per cent of orders with %s lines", band)
	}
}

func TestGenerateLargeHasTenTimesTheOrders(t *testing.T) {
	t.Parallel()
	for _, table := range sample.Generate(sample.Large, 1) {
		switch table.Name {
		case "orders":
			assert.EqualValues(t, 500_000, table.Rows)
		case "order_lines":
			assert.InDelta(t, 3_090_000, table.Rows, 20_000)
		}
	}
}

func TestGenerateOrdersTellAStory(t *testing.T) {
	t.Parallel()
	source := sample.Generate(sample.Micro, 7)
	hired := make(map[string]string)
	each(t, source, "employees", func(cells map[string]string) { hired[cells["id"]] = cells["hire_date"] })
	last := ""
	n, shipped, cancelled := 0, 0, 0
	each(t, source, "orders", func(cells map[string]string) {
		n++
		ordered := cells["ordered_at"]
		check(t, ordered >= last, "order dates ascend", n)
		last = ordered
		_, err := time.Parse(time.RFC3339, ordered)
		check(t, err == nil, "order date", n)
		check(t, cells["required_at"] > ordered, "required after ordered", n)
		check(t, hired[cells["employee_id"]] < ordered, "whoever took the order was there", n)
		if at := cells["shipped_at"]; at != "" {
			shipped++
			check(t, at > ordered && cells["cancelled_at"] == "" && cells["shipper_id"] != "", "shipped", n)
		}
		if at := cells["cancelled_at"]; at != "" {
			cancelled++
			check(t, at > ordered, "cancelled", n)
		}
	})
	assert.Greater(t, shipped, n*97/100)
	assert.Less(t, shipped, n*998/1000, "some are on their way")
	assert.InDelta(t, n*4/1000, cancelled, 60)
}

func TestGenerateHasOneTreeOfManagers(t *testing.T) {
	t.Parallel()
	for size, depth := range map[sample.Size]int{sample.Small: 4, sample.Micro: 5} {
		manager := make(map[string]string)
		each(t, sample.Generate(size, 3), "employees", func(cells map[string]string) {
			manager[cells["id"]] = cells["manager_id"]
		})
		deepest, roots := 0, 0
		for id, above := range manager {
			if above == "" {
				roots++
			}
			levels := 0
			for ; id != ""; id = manager[id] {
				levels++
				require.LessOrEqual(t, levels, len(manager), "a circle")
			}
			deepest = max(deepest, levels)
		}
		assert.Equal(t, 1, roots)
		assert.Equal(t, depth, deepest, "levels of %s", size)
	}
}

func TestGenerateKeepsUniqueCodes(t *testing.T) {
	t.Parallel()
	source := sample.Generate(sample.Micro, 5)
	for table, length := range map[string]int{"customers": 5, "territories": 5} {
		seen := make(map[string]bool)
		each(t, source, table, func(cells map[string]string) {
			code := cells["code"]
			check(t, len(code) == length && !seen[code], code, len(seen)+1)
			seen[code] = true
		})
	}
}

func TestGenerateMoneyIsExact(t *testing.T) {
	t.Parallel()
	discounts := make(map[string]int)
	each(t, sample.Generate(sample.Small, 1), "order_lines", func(cells map[string]string) {
		require.Regexp(t, `^\d+\.\d\d$`, cells["unit_price"])
		discounts[cells["discount"]]++
		quantity, err := strconv.Atoi(cells["quantity"])
		require.NoError(t, err)
		require.Positive(t, quantity)
	})
	for _, d := range []string{"0.00", "0.05", "0.10", "0.15", "0.20", "0.25"} {
		assert.Positive(t, discounts[d], d)
	}
	assert.Len(t, discounts, 6)
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for _, want := range []sample.Size{sample.Small, sample.Micro, sample.Large} {
		got, err := sample.ParseSize(want.String())
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := sample.ParseSize("huge")
	assert.EqualError(t, err, `no sample data of size "huge": it is one of small, micro, large`)
}

func BenchmarkGenerateMicro(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		var rows int64
		for _, table := range sample.Generate(sample.Micro, 1) {
			for _, err := range table.Records() {
				if err != nil {
					b.Fatal(err)
				}
				rows++
			}
		}
		b.ReportMetric(float64(rows), "rows/op")
	}
}
