package load

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnswerRecord(t *testing.T) {
	t.Parallel()
	for where, want := range map[string]int64{
		`COPY order2, line 17, column freight: "abc"`:                           17,
		"COPY order2, Zeile 17, Spalte freight: »3«":                            17,
		"COPY order2、行 17、列 freight: \"3\"":                                     17,
		"PL/pgSQL function f() line 3 at RAISE\nCOPY order2, line 17: \"1\t2\"": 17,
		"SQL statement": 0,
		"":              0,
	} {
		assert.Equal(t, want, answer{where: where}.record("order2"), where)
	}
}
