package studio

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"cambium/engine/operation"
	"cambium/engine/read"
)

// Handler serves a studio below any path: whoever mounts it strips the prefix.
type Handler struct {
	config Config
	assets fs.FS
	built  bool
	mux    *http.ServeMux
}

// New returns a studio.
func New(config Config) (*Handler, error) { return serve(config, assets()) }

// serve returns a studio with a page.
func serve(config Config, page fs.FS) (*Handler, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	h := &Handler{config: config, assets: page, mux: http.NewServeMux()}
	_, err := fs.Stat(h.assets, index)
	h.built = err == nil
	h.mux.HandleFunc("GET /{$}", h.page)
	h.mux.HandleFunc("GET /icon.svg", h.asset)
	h.mux.HandleFunc("GET /theme.js", h.asset)
	h.mux.HandleFunc("GET /assets/", h.asset)
	h.mux.Handle("POST /api/graphql", h.known(h.graphQL))
	h.mux.Handle("GET /api/state", h.known(h.state))
	h.mux.Handle("GET /api/migrations", h.known(h.migrations))
	h.mux.Handle("GET /api/drift", h.known(h.drift))
	h.mux.Handle("GET /api/tables", h.known(h.tables))
	h.mux.Handle("POST /api/keys", h.known(h.keys))
	h.mux.Handle("POST /api/sign-in", h.known(h.signIn))
	h.mux.Handle("GET /api/traces/{id}", h.known(h.trace))
	h.mux.Handle("POST /api/traces/{id}/plan", h.known(h.plan))
	return h, nil
}

// URL is where a browser opens the studio that is served at base, such as http://127.0.0.1:4983/.
func (h *Handler) URL(base string) string {
	if h.config.Token == "" {
		return base
	}
	return base + "?token=" + url.QueryEscape(h.config.Token)
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if why := h.foreign(r); why != "" {
		http.Error(w, why, http.StatusForbidden)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// graphQL hands an operation on to the API.
func (h *Handler) graphQL(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if h.config.ReadOnly {
		ctx = operation.ReadOnly(ctx)
	}
	if h.config.Tracer != nil {
		var id string
		ctx, id = h.config.Tracer.begin(ctx)
		w.Header().Set("X-Studio-Trace", id)
	}
	r = r.Clone(ctx)
	r.URL.Path = "/graphql"
	r.Header.Del("Cookie") // the studio's own
	h.config.API.ServeHTTP(w, r)
}

func (h *Handler) state(w http.ResponseWriter, _ *http.Request) {
	roles := h.config.Roles
	if roles == nil {
		roles = []string{}
	}
	answer(w, struct {
		Name       string   `json:"name"`
		Version    string   `json:"version"`
		Database   string   `json:"database"`
		Local      bool     `json:"local"`
		ReadOnly   bool     `json:"readOnly"`
		Roles      []string `json:"roles"`
		SignIn     bool     `json:"signIn"`
		Viewers    string   `json:"viewers"`
		Migrations bool     `json:"migrations"`
		Drift      bool     `json:"drift"`
	}{
		h.config.Name, h.config.Version, h.config.Database, h.config.Local, h.config.ReadOnly,
		roles, h.config.SignIn != nil, h.config.Viewers, h.config.Migrations != nil, h.config.Drift != nil,
	})
}

// shown is how exactly the time is told that a migration took.
const shown = 100 * time.Microsecond

func (h *Handler) migrations(w http.ResponseWriter, r *http.Request) {
	if h.config.Migrations == nil {
		http.NotFound(w, r)
		return
	}
	m, err := h.config.Migrations(r.Context())
	if err != nil {
		m = Migrations{Fault: err.Error()}
	}
	for i := range m.Files {
		if m.Files[i].Took > 0 {
			m.Files[i].Time = m.Files[i].Took.Round(shown).String()
		}
	}
	answer(w, m)
}

func (h *Handler) drift(w http.ResponseWriter, r *http.Request) {
	if h.config.Drift == nil {
		http.NotFound(w, r)
		return
	}
	statements, err := h.config.Drift(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	answer(w, statements)
}

func (h *Handler) tables(w http.ResponseWriter, _ *http.Request) {
	answer(w, h.config.Tables)
}

// maxKeys is room for the ids of a save's rows.
const maxKeys = 1 << 20

// keys tells what ids were made of, which is all that is lost of a row that was deleted when its key was given: with it the
// row can be made again.
func (h *Handler) keys(w http.ResponseWriter, r *http.Request) {
	var ids []string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxKeys)).Decode(&ids); err != nil {
		http.Error(w, "a list of ids is needed", http.StatusBadRequest)
		return
	}
	keys := make(map[string]string, len(ids))
	for _, id := range ids {
		if _, key, ok := read.ParseID(id); ok {
			keys[id] = key
		}
	}
	answer(w, keys)
}

// maxSignIn is room for an id and a score of roles.
const maxSignIn = 4 << 10

func (h *Handler) signIn(w http.ResponseWriter, r *http.Request) {
	if h.config.SignIn == nil {
		http.NotFound(w, r)
		return
	}
	var who Viewer
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSignIn)).Decode(&who); err != nil || who.ID == "" && who.Node == "" && len(who.Roles) == 0 {
		http.Error(w, "say who: an id, or roles, or both", http.StatusBadRequest)
		return
	}
	token, err := h.config.SignIn(who)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, map[string]string{"token": token})
}

func (h *Handler) trace(w http.ResponseWriter, r *http.Request) {
	if statements, ok := h.config.Tracer.statements(r.PathValue("id")); ok {
		answer(w, statements)
		return
	}
	http.Error(w, "the statements of this request are no longer kept: run it again", http.StatusNotFound)
}

func (h *Handler) plan(w http.ResponseWriter, r *http.Request) {
	statements, err := h.config.Tracer.explain(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, errForgotten):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil && !errors.Is(err, context.Canceled):
		http.Error(w, "PostgreSQL does not explain the statement: "+err.Error(), http.StatusUnprocessableEntity)
	default:
		answer(w, statements)
	}
}

// answer writes JSON.
func answer(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // a client that is gone
}
