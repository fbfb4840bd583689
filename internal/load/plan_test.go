package load

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// references makes relations of "child parent parent" lists.
func references(lists ...[]string) (Source, []*relation) {
	var source Source
	var relations []*relation
	for _, list := range lists {
		source = append(source, Table{Name: list[0], From: list[0] + ".csv"})
		r := &relation{Name: list[0], Qualified: list[0], Visible: true}
		for _, parent := range list[1:] {
			r.ForeignKeys = append(r.ForeignKeys, foreignKey{ParentQualified: parent})
		}
		relations = append(relations, r)
	}
	return source, relations
}

func TestPlanFollowsForeignKeys(t *testing.T) {
	t.Parallel()
	source, relations := references([]string{"a", "b", "c"}, []string{"b", "c", "elsewhere"}, []string{"c", "c"}, []string{"d", "a", "a"})
	jobs, err := plan(source, relations)
	require.NoError(t, err)
	var order []string
	for _, j := range jobs {
		order = append(order, j.Name)
	}
	assert.Equal(t, []string{"c", "b", "a", "d"}, order)
}

func TestPlanNamesACircle(t *testing.T) {
	t.Parallel()
	source, relations := references([]string{"a", "b"}, []string{"b", "c"}, []string{"c", "b"})
	_, err := plan(source, relations)
	var circle *CycleError
	require.ErrorAs(t, err, &circle)
	assert.EqualError(t, err, "tables reference one another in a circle (b -> c -> b): there is no order to load them in")
}

func TestPlanNeedsTables(t *testing.T) {
	t.Parallel()
	_, err := plan(nil, nil)
	require.ErrorIs(t, err, ErrNothing)
	_, err = plan(Source{{Name: "a", From: "a.csv"}}, nil)
	assert.EqualError(t, err, "a.csv: the database has no table a; it has none: are the migrations applied?")
}
