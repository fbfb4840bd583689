package measure

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Write writes the report as Markdown: what was measured on what, then a table with a line for each operation and
// server. The command is the one that makes the report again.
func (r *Report) Write(w io.Writer, command, machine string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "- command: `%s`\n", command)
	fmt.Fprintf(&b, "- machine: %s\n", machine)
	fmt.Fprintf(&b, "- versions: %s, PostgreSQL %s%s\n", runtime.Version(), r.PostgreSQL, modules())
	fmt.Fprintf(&b, "- data: %s, seed %d: %d customers, %d orders, %d products\n",
		r.Config.Size, r.Config.Seed, r.Rows.Customers, r.Rows.Orders, r.Rows.Products)
	fmt.Fprintf(&b, "- medians of %d interleaved rounds of at least %v, %d requests in flight\n\n",
		r.Config.Rounds, r.Config.Window, r.Config.Connections)
	b.WriteString("CPU in microseconds for each request; objects and bytes that it allocates; bytes of the answer, and those that PostgreSQL sent for it.\n\n")
	b.WriteString("| operation | server | app | PostgreSQL | total | to floor | to stock | allocs | allocated | bytes | PG bytes | statements | round trips |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, o := range r.Config.Operations {
		name := o.Name + " " + o.What
		for _, server := range r.Config.Servers {
			s := r.Results[o.Name][server]
			if s == nil {
				continue
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %.0f | %.0f | %d | %.0f | %s | %s |\n",
				name, server, micros(s.App), micros(s.Database), micros(s.Total()),
				r.ratio(o.Name, server, Floor), r.ratio(o.Name, server, Stock),
				s.Allocs, s.Alloced, s.Bytes, s.Received, number(s.Statements), number(s.RoundTrips))
			name = ""
		}
	}
	for _, server := range r.Config.Servers {
		if server == Floor {
			continue
		}
		mean, worst := r.mean(server)
		fmt.Fprintf(&b, "\n%s: %.2f times the floor in the geometric mean, %.2f times at most.\n", server, mean, worst)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ratio is how much more the server takes than another one.
func (r *Report) ratio(operation, server, other string) string {
	a, b := r.Results[operation][server], r.Results[operation][other]
	if b == nil || server == other || b.Total() == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", float64(a.Total())/float64(b.Total()))
}

// mean is the geometric mean of a server's ratios to the floor, and the largest of them.
func (r *Report) mean(server string) (mean, worst float64) {
	sum, n := 0.0, 0
	for _, o := range r.Config.Operations {
		results := r.Results[o.Name]
		if results[server] == nil {
			continue
		}
		n++
		ratio := float64(results[server].Total()) / float64(results[Floor].Total())
		sum += math.Log(ratio)
		worst = max(worst, ratio)
	}
	return math.Exp(sum / float64(n)), worst
}

func micros(d time.Duration) string { return fmt.Sprintf("%.0f", float64(d)/float64(time.Microsecond)) }

func number(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }

// modules names the versions of what is compared.
func modules() (text string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		switch m.Path {
		case "entgo.io/ent", "github.com/99designs/gqlgen", "github.com/jackc/pgx/v5":
			text += ", " + m.Path + " " + m.Version
		}
	}
	return text
}
