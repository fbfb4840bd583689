// Package ops has what operators watch by: alert rules and a dashboard.
package ops

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

// TestExpressionsArePromQL has Prometheus' parser read every expression, which checks types and functions too. That their
// metrics are the program's is tested in cmd/api.
func TestExpressionsArePromQL(t *testing.T) {
	t.Parallel()
	var rules, dashboard any
	read(t, "alerts.yaml", yaml.Unmarshal, &rules)
	read(t, "dashboard.json", json.Unmarshal, &dashboard)
	// What Grafana puts in their place.
	grafana := strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m", "$job", ".+", "$instance", ".+")
	for name, expressions := range map[string][]string{"alerts.yaml": expressionsOf(rules), "dashboard.json": expressionsOf(dashboard)} {
		if len(expressions) < 10 {
			t.Errorf("%s: found %d expressions", name, len(expressions))
		}
		for _, e := range expressions {
			if _, err := parser.ParseExpr(grafana.Replace(e)); err != nil {
				t.Errorf("%s: %s: %v", name, e, err)
			}
		}
	}
}

func read(t *testing.T, name string, unmarshal func([]byte, any) error, into any) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err == nil {
		err = unmarshal(content, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// expressionsOf are the values of all members "expr".
func expressionsOf(value any) (found []string) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if text, ok := member.(string); ok && name == "expr" {
				found = append(found, text)
			}
			found = append(found, expressionsOf(member)...)
		}
	case []any:
		for _, element := range v {
			found = append(found, expressionsOf(element)...)
		}
	}
	return found
}
