package api

// The operations that write, each for one row and for many. An edge may be written through where the entity at its other
// side has the operation that this takes.
const (
	Create Operation = "create" // createX, createXs, and `create` under an edge
	Update Operation = "update" // updateX, updateXs, updateXsEach, and `update` and the like under an edge
	Delete Operation = "delete" // deleteX, deleteXs, and `delete` under an edge
	Upsert Operation = "upsert" // upsertX, upsertXs by a unique key: creates and updates
)

// ReadOnly keeps a field out of the API's inputs: hooks, defaults and Go code give it.
//
//	field.Time("created_at").Default(time.Now).Annotations(api.ReadOnly())
func ReadOnly() Annotation { return Annotation{ReadOnly: true} }
