package apitest

import (
	"strings"
	"testing"
)

// StartDev starts `api dev` on a free port, with its PostgreSQL in dir, and returns it once it answers. url is that of
// the GraphQL API, as dev has printed it.
func StartDev(t testing.TB, program string, o Options, dir string) (p *Process, url string) {
	t.Helper()
	p = Start(t, program, o, "dev", "--addr", "127.0.0.1:0", "--data-dir", dir)
	p.Until(t, &p.Stdout, "\n")
	text, _, _ := strings.Cut(p.Stdout.String(), "\n")
	url, said := strings.CutPrefix(text, "GraphQL: ")
	if !said || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("dev printed %q", text)
	}
	return p, url
}
