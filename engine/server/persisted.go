package server

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
)

// PersistedConfig says which operations clients may name by a hash instead of sending them.
type PersistedConfig struct {
	// Registered are operations by the names under which clients know them: mostly the SHA-256 of the text, in
	// hexadecimal. Default: none.
	Registered map[string]string
	// Only refuses every operation that is not registered. Default false.
	Only bool
	// Automatic is how many operations of up to 8 KiB are remembered that a client has sent with their hash (Apollo's
	// automatic persisted queries). 0 remembers none. Default 1000.
	Automatic int
}

// persisted knows operations by their hashes.
type persisted struct {
	registered map[string]string
	texts      map[string]bool // that are registered
	only       bool
	automatic  *lru.Cache[string, string] // nil for none
}

func newPersisted(config PersistedConfig) *persisted {
	p := &persisted{registered: config.Registered, only: config.Only, texts: make(map[string]bool, len(config.Registered))}
	for _, text := range config.Registered {
		p.texts[text] = true
	}
	if config.Automatic > 0 && !config.Only {
		p.automatic, _ = lru.New[string, string](config.Automatic) // fails for no size
	}
	return p
}

// The faults of operations that are named. Apollo's clients go by the messages of the first two.
var (
	errNotFound     = &Fault{Code: "PERSISTED_QUERY_NOT_FOUND", Message: "PersistedQueryNotFound", Status: http.StatusOK}
	errNotSupported = &Fault{Code: "PERSISTED_QUERY_NOT_SUPPORTED", Message: "PersistedQueryNotSupported", Status: http.StatusOK}
	errUnregistered = &Fault{Code: "OPERATION_NOT_REGISTERED", Message: "only registered operations are served", Status: http.StatusBadRequest}
	errOtherHash    = refused(http.StatusBadRequest, "the hash is not that of the query")
)

// resolve puts the text of an operation that is named into the parameters.
func (p *persisted) resolve(params *graphql.RawParams) *Fault {
	if len(params.Extensions) == 0 && !p.only { // what most requests are
		if params.Query == "" {
			return noQuery
		}
		return nil
	}
	name := nameOf(params.Extensions)
	text, registered := p.registered[name]
	switch {
	case name == "" && params.Query == "":
		return noQuery
	case name == "" && p.only && !p.texts[params.Query]:
		return errUnregistered
	case name == "":
		return nil
	case registered && params.Query != "" && params.Query != text:
		return errOtherHash
	case registered:
		params.Query = text
		return nil
	case p.only:
		return errUnregistered
	case p.automatic == nil:
		return errNotSupported
	}
	return p.remember(name, params)
}

// longestRemembered is the longest text that is remembered, in bytes.
const longestRemembered = 8 << 10

func (p *persisted) remember(hash string, params *graphql.RawParams) *Fault {
	if params.Query == "" {
		text, ok := p.automatic.Get(hash)
		if !ok {
			return errNotFound
		}
		params.Query = text
		return nil
	}
	if sum := sha256.Sum256([]byte(params.Query)); hex.EncodeToString(sum[:]) != hash {
		return errOtherHash
	}
	if len(params.Query) <= longestRemembered {
		p.automatic.Add(hash, params.Query)
	}
	return nil
}

// documentID is the extension in which decodeParams keeps the parameter of that name.
const documentID = "documentId"

// nameOf is the name under which a request means an operation: the hash of Apollo's extension, or the parameter documentId.
func nameOf(extensions map[string]any) string {
	if id, ok := extensions[documentID].(string); ok {
		return strings.TrimPrefix(id, "sha256:")
	}
	extension, _ := extensions["persistedQuery"].(map[string]any)
	hash, _ := extension["sha256Hash"].(string)
	return hash
}
