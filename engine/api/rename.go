package api

// RenamedFrom says what the table of an entity, or the column of a field, was called in the database before: the migration
// then renames it, and nothing is lost. It may stay for as long as the old name is not used again.
//
//	field.String("mobile").Annotations(api.RenamedFrom("phone"))
func RenamedFrom(old string) Annotation { return Annotation{Renamed: old} }
