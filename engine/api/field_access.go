package api

// FieldAccess restricts who may read and who may write a field of the rows that they see.
type FieldAccess struct {
	// Private: only Readers and the Owner may read the field.
	Private bool     `json:"private,omitempty"`
	Readers []string `json:"readers,omitempty"`
	// Owner is the column that holds the id of the viewer who may read the field of the row; empty for none.
	Owner string `json:"owner,omitempty"`
	// Guarded: only Writers may write the field.
	Guarded bool     `json:"guarded,omitempty"`
	Writers []string `json:"writers,omitempty"`
}

// ReadableBy lets only viewers with one of the roles read the field, and filter, order, group and aggregate by it. For
// others an operation that touches the field is FORBIDDEN.
//
//	field.Text("iban").Annotations(api.ReadableBy("accounting"))
func ReadableBy(roles ...string) Annotation {
	return Annotation{Access: &FieldAccess{Private: true, Readers: roles}}
}

// ReadableByOwner also lets the viewer read the field whose id the row has in a column. On other rows the field is null
// to that viewer, wherever it is touched.
//
//	field.Float("salary").Annotations(api.ReadableBy("admin"), api.ReadableByOwner("id"))
func ReadableByOwner(column string) Annotation {
	return Annotation{Access: &FieldAccess{Private: true, Owner: column}}
}

// WritableBy lets only viewers with one of the roles set the field, of the rows that they may write.
func WritableBy(roles ...string) Annotation {
	return Annotation{Access: &FieldAccess{Guarded: true, Writers: roles}}
}

func (a *FieldAccess) merge(more *FieldAccess) *FieldAccess {
	if a == nil || more == nil {
		if a == nil {
			return more
		}
		return a
	}
	merged := *a
	merged.Private, merged.Guarded = a.Private || more.Private, a.Guarded || more.Guarded
	merged.Readers = append(append([]string(nil), a.Readers...), more.Readers...)
	merged.Writers = append(append([]string(nil), a.Writers...), more.Writers...)
	if more.Owner != "" {
		merged.Owner = more.Owner
	}
	return &merged
}
