package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"cambium/engine/admission"
	"cambium/engine/limit"
)

// GraphQLConfig tunes [GraphQL]. [NewGraphQLConfig] makes one with every default filled in; a zero field means zero.
type GraphQLConfig struct {
	// Introspection answers __schema and __type, and puts "did you mean" into validation errors. Default false.
	Introspection bool
	// MaxBody is the longest body, in bytes. More than 0. Default 1 MiB.
	MaxBody int64
	// MaxTokens is the most tokens that a document may have. More than 0. Default 2000, seven times the introspection
	// query of GraphiQL; the worst document of that size takes some 10 ms to refuse or to validate.
	MaxTokens int
	// Limits bound what an operation may ask for. Default: [limit.NewConfig].
	Limits limit.Config
	// Gate bounds how often a viewer may ask. Default: it does not; [limit.NewGateConfig] has sizes for a service.
	Gate limit.GateConfig
	// Admission is where operations enter once they are read, and wait for each other. Default nil: all run at once.
	Admission *admission.Queue
	// Persisted says which operations may be named instead of sent.
	Persisted PersistedConfig
	// CachedDocuments is how many documents are kept parsed and validated, those of up to 8 KiB. More than 0. Default
	// 500: some 100 MB if all are as large as they can be, 10 MB for those that clients have.
	CachedDocuments int
	// OperationTimeout bounds an operation, from its first byte read to its response made. More than 0, and less than
	// [Config.WriteTimeout]. Default 30s.
	OperationTimeout time.Duration
	// CompressFrom is the shortest answer, in bytes, that is sent as gzip or zstd to a client that takes it, at some 3 us
	// of CPU for each KB. More than 0; [math.MaxInt] leaves it to a proxy. Default 1024: what is shorter fits into one
	// packet with its header as it is.
	CompressFrom int
	// Authenticate finds out who asks and returns the context to run the operation in; its error refuses the request, and
	// Classify has to know it. Default: everything runs in the request's context.
	Authenticate func(*http.Request) (context.Context, error)
	// Observer is told of every operation. Default: nobody is.
	Observer Observer
	// Classify knows the errors that clients may be told, and how. Default: none are known, all are internal.
	Classify func(error) (*Fault, bool)
}

// NewGraphQLConfig is a GraphQLConfig with every default.
func NewGraphQLConfig() GraphQLConfig {
	return GraphQLConfig{
		MaxBody:          1 << 20,
		MaxTokens:        2000,
		Limits:           limit.NewConfig(),
		Persisted:        PersistedConfig{Automatic: 1000},
		CachedDocuments:  500,
		OperationTimeout: 30 * time.Second,
		CompressFrom:     1 << 10,
		Authenticate:     func(r *http.Request) (context.Context, error) { return r.Context(), nil },
		Observer:         nobody{},
		Classify:         func(error) (*Fault, bool) { return nil, false },
	}
}

// validate reports all faults together.
func (c GraphQLConfig) validate() error {
	faults := []error{
		positive("MaxBody", c.MaxBody),
		positive("MaxTokens", c.MaxTokens),
		c.Limits.Validate(),
		positive("CachedDocuments", c.CachedDocuments),
		positive("OperationTimeout", c.OperationTimeout),
		positive("CompressFrom", c.CompressFrom),
	}
	if c.Classify == nil || c.Authenticate == nil || c.Observer == nil {
		faults = append(faults, fmt.Errorf("Classify, Authenticate or Observer is nil"))
	}
	return errors.Join(faults...)
}
