package access

import (
	"encoding/json"
	"fmt"
)

// DeclaredName is the key under which ent stores [Declared].
const DeclaredName = "CambiumAccess"

// Declared is what the generator learns of a [Policy].
type Declared struct {
	Query    Declaration `json:"query"`
	Mutation Declaration `json:"mutation"`
}

// Declaration tells of [Rules].
type Declaration struct {
	// Stated: there are some, or it is said that there are none.
	Stated bool `json:"stated,omitempty"`
	// Rows: some hide rows.
	Rows bool `json:"rows,omitempty"`
}

// Name implements [schema.Annotation].
func (Declared) Name() string { return DeclaredName }

// DeclaredOf returns the annotation among those that ent loaded for a schema; false where there is none.
func DeclaredOf(annotations map[string]any) (d Declared, ok bool, err error) {
	raw, ok := annotations[DeclaredName]
	if !ok {
		return d, false, nil
	}
	buf, err := json.Marshal(raw)
	if err == nil {
		err = json.Unmarshal(buf, &d)
	}
	if err != nil {
		return d, false, fmt.Errorf("decode annotation %s: %w", DeclaredName, err)
	}
	return d, true, nil
}
