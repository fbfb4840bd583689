package librarytest

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/privacy"
	"github.com/stretchr/testify/require"

	"cambium/engine/database"
	"cambium/engine/executor"
	"cambium/engine/read"
	"cambium/engine/server"
	"cambium/engine/write"
	"cambium/internal/library/ent"
	_ "cambium/internal/library/ent/runtime" // policies, interceptors and defaults
	"cambium/internal/library/graph"
	"cambium/internal/library/viewer"
)

// Model describes the library's entities.
func Model(db *database.DB) []*read.Entity {
	return ent.NewClient(ent.Driver(db.Driver())).ReadModel(ent.Batch{})
}

// API serves the library by GraphQL, with introspection. It is read through reads and changed through driver. Who comes
// without a [Token] is of the staff.
func API(t testing.TB, db *database.DB, reads read.Querier, driver dialect.Driver) http.Handler {
	t.Helper()
	client := ent.NewClient(ent.Driver(driver))
	schema, err := graph.Schema()
	require.NoError(t, err)
	key := sha256.Sum256([]byte(t.Name()))
	reader, err := read.New(client.ReadModel(ent.Batch{}), schema, reads, read.Config{CursorKey: key[:]})
	require.NoError(t, err)
	writer, err := write.New(client.WriteModel(), reader, driver)
	require.NoError(t, err)
	app := graph.NewExecutableSchema(graph.Config{Resolvers: graph.NewResolver(client), Schema: schema})
	config := server.NewGraphQLConfig()
	config.Introspection = true
	config.Authenticate = authenticate
	config.Classify = classify
	handler, err := server.GraphQL(executor.New(executor.Config{Schema: schema, Reader: reader, Writer: writer, DB: db, App: app}), config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return handler
}

// Token is that of a viewer, which nobody has signed: the library stands in tests only.
func Token(v viewer.Viewer) string {
	if v.Staff {
		return viewer.RoleStaff
	}
	return "of " + base64.RawURLEncoding.EncodeToString([]byte(v.Branch))
}

var errToken = errors.New("this is no token")

func authenticate(r *http.Request) (context.Context, error) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token == "" || token == viewer.RoleStaff {
		return viewer.With(r.Context(), viewer.Viewer{Staff: true}), nil
	}
	branch, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "of "))
	if err != nil {
		return r.Context(), errToken
	}
	return viewer.With(r.Context(), viewer.Viewer{Branch: string(branch)}), nil
}

func classify(err error) (*server.Fault, bool) {
	var selection *read.Error
	var input *write.Error
	switch {
	case errors.As(err, &selection):
		return &server.Fault{Code: selection.Code, Message: selection.Message, Path: selection.Path}, true
	case errors.As(err, &input):
		return &server.Fault{Code: input.Code, Message: input.Message, Extensions: input.Extensions()}, true
	case errors.Is(err, privacy.Deny):
		return &server.Fault{Code: "FORBIDDEN", Message: "this is not for the viewer"}, true
	case errors.Is(err, errToken):
		return &server.Fault{Code: "UNAUTHENTICATED", Message: "sign in", Status: http.StatusUnauthorized}, true
	}
	return nil, false
}
