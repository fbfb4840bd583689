package load

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// job is one table's records together with the relation that takes them.
type job struct {
	Table
	relation *relation
}

// names returns the names of the record's columns.
func (j *job) names() []string {
	names := make([]string, len(j.Columns))
	for i, c := range j.Columns {
		names[i] = c.Name
	}
	return names
}

// plan finds the relation of each table and orders the tables so that each comes after those that it references.
// What is wrong with names is reported together.
func plan(source Source, relations []*relation) ([]*job, error) {
	if len(source) == 0 {
		return nil, ErrNothing
	}
	visible := make(map[string]*relation)
	for _, r := range relations {
		if r.Visible {
			visible[r.Name] = r
		}
	}
	var jobs []*job
	var faults []error
	first := make(map[string]string)
	for _, t := range slices.SortedFunc(slices.Values(source), func(a, b Table) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.From, b.From))
	}) {
		relation, ok := visible[t.Name]
		if !ok {
			faults = append(faults, &Fault{From: t.From, Reason: fmt.Sprintf("the database has no table %s; it has %s", t.Name, tableNames(relations))})
			continue
		}
		if from, ok := first[t.Name]; ok {
			faults = append(faults, &Fault{From: t.From, Reason: fmt.Sprintf("%s holds the table %s too", from, t.Name)})
			continue
		}
		first[t.Name] = t.From
		j := &job{Table: t, relation: relation}
		faults = append(faults, j.checkColumns()...)
		jobs = append(jobs, j)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return order(jobs)
}

// checkColumns compares the names of the columns with the relation's.
func (j *job) checkColumns() []error {
	var faults []error
	seen := make(map[string]bool)
	for _, c := range j.Columns {
		a, ok := j.relation.attribute(c.Name)
		reason := ""
		switch {
		case !ok:
			reason = fmt.Sprintf("the table %s has no such column; it has %s", j.Name, attributeNames(j.relation))
		case a.Generated:
			reason = "the database computes this column: leave it out"
		case seen[c.Name]:
			reason = "the column is named twice"
		}
		if reason != "" {
			faults = append(faults, &Fault{From: j.From, Line: c.Line, Column: c.Column, Field: c.Name, Reason: reason})
		}
		seen[c.Name] = true
	}
	for _, a := range j.relation.Columns {
		if a.Required && !a.Generated && !seen[a.Name] {
			fault := &Fault{From: j.From, Field: a.Name, Reason: "the column is missing, and the database has no default for it"}
			if len(j.Columns) > 0 {
				fault.Line = j.Columns[0].Line
			}
			faults = append(faults, fault)
		}
	}
	return faults
}

// tableNames lists the tables that can be loaded.
func tableNames(relations []*relation) string {
	var names []string
	for _, r := range relations {
		if r.Visible {
			names = append(names, r.Name)
		}
	}
	if len(names) == 0 {
		return "none: are the migrations applied?"
	}
	return strings.Join(names, ", ")
}

// attributeNames lists the columns that can be loaded.
func attributeNames(r *relation) string {
	var names []string
	for _, a := range r.Columns {
		if !a.Generated {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// CycleError says that tables reference one another in a circle, so that none of them can be loaded first.
type CycleError struct {
	// Tables is the circle: each references the next, the last the first.
	Tables []string
}

// Error names the circle.
func (e *CycleError) Error() string {
	return fmt.Sprintf("tables reference one another in a circle (%s -> %s): there is no order to load them in",
		strings.Join(e.Tables, " -> "), e.Tables[0])
}

// order sorts jobs, which come sorted by name, so that each follows the tables that it references. A table that
// references itself is no obstacle: COPY checks foreign keys when all its rows are in.
func order(jobs []*job) ([]*job, error) {
	byRelation := make(map[string]*job, len(jobs))
	for _, j := range jobs {
		byRelation[j.relation.Qualified] = j
	}
	var sorted []*job
	done := make(map[*job]bool)
	var path []*job
	var visit func(j *job) error
	visit = func(j *job) error {
		if done[j] {
			return nil
		}
		if at := slices.Index(path, j); at >= 0 {
			circle := &CycleError{}
			for _, member := range path[at:] {
				circle.Tables = append(circle.Tables, member.Name)
			}
			return circle
		}
		path = append(path, j)
		for _, parent := range parents(j, byRelation) {
			if err := visit(parent); err != nil {
				return err
			}
		}
		path = path[:len(path)-1]
		done[j] = true
		sorted = append(sorted, j)
		return nil
	}
	for _, j := range jobs {
		if err := visit(j); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// parents returns the other jobs that a job references, sorted by name.
func parents(j *job, byRelation map[string]*job) []*job {
	var found []*job
	for _, key := range j.relation.ForeignKeys {
		parent := byRelation[key.ParentQualified]
		if parent != nil && parent != j && !slices.Contains(found, parent) {
			found = append(found, parent)
		}
	}
	slices.SortFunc(found, func(a, b *job) int { return cmp.Compare(a.Name, b.Name) })
	return found
}
