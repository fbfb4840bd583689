package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// readPersisted reads registered operations: an object of texts by their names, as relay-compiler writes it, or Apollo's
// persisted query manifest.
func readPersisted(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // none
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read PERSISTED_FILE: %w", err)
	}
	var manifest struct {
		Operations []struct{ ID, Body string }
	}
	if err := json.Unmarshal(text, &manifest); err == nil && len(manifest.Operations) > 0 {
		byName := make(map[string]string, len(manifest.Operations))
		for _, o := range manifest.Operations {
			byName[o.ID] = o.Body
		}
		return byName, nil
	}
	var byName map[string]string
	if err := json.Unmarshal(text, &byName); err != nil {
		return nil, usagef("PERSISTED_FILE must be an object of operations by their hashes, or Apollo's manifest")
	}
	return byName, nil
}
