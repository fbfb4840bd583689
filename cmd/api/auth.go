package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"cambium/engine/access"
	"cambium/engine/access/token"
	"cambium/engine/server"
	"cambium/ent/schema"
)

// noAuth is the value of AUTH with which serve starts though nobody can sign in.
const noAuth = "none"

func parseAuth(s *settings, text string) error {
	s.noAuth = text == noAuth
	if !s.noAuth && text != authToken {
		return errors.New("must be token or none")
	}
	return nil
}

const authToken = "token"

func showAuth(s *settings) string {
	if s.noAuth {
		return noAuth
	}
	return authToken
}

// leastSecret is as long as the hash of HS256.
const leastSecret = 32

func secret(variable string, field func(*settings) *[]byte) setting {
	return setting{variable, func(s *settings, text string) error {
		if len(text) < leastSecret {
			return errors.New("must have 32 bytes or more: make one with: openssl rand -hex 32")
		}
		*field(s) = []byte(text)
		return nil
	}, func(s *settings) string {
		if len(*field(s)) == 0 {
			return "(none)"
		}
		return "(set)"
	}}
}

func text(variable string, check func(string) error, field func(*settings) *string) setting {
	return setting{variable, func(s *settings, text string) error {
		if check != nil {
			if err := check(text); err != nil {
				return err
			}
		}
		*field(s) = text
		return nil
	}, func(s *settings) string {
		if *field(s) == "" {
			return "(none)"
		}
		return *field(s)
	}}
}

// parseKeysURL wants https, except from this machine: who can change the keys on their way can sign anything.
func parseKeysURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Host+":0") && !isLoopback(u.Host)) {
		return errors.New("must be an https URL without a password, such as https://issuer.example/.well-known/jwks.json")
	}
	return nil
}

// errNoAuth is serve's, which is not to be open by mistake.
var errNoAuth = &usageError{"nobody could sign in: set AUTH_SECRET, AUTH_JWKS_URL or AUTH_JWKS_FILE, or say AUTH=none to serve what anyone may see"}

// keysTimeout bounds one look at the issuer's keys.
const keysTimeout = 5 * time.Second

// authentication is how requests are told apart.
type authentication struct {
	tokens *token.Verifier // nil where nobody can sign in
	// development is the viewer of requests without a token; nil where they are anonymous.
	development *access.Viewer
	// database also tells PostgreSQL who asks.
	database bool
}

func newAuthentication(s settings, development *access.Viewer) (authentication, error) {
	a := authentication{development: development, database: s.databaseViewer}
	config := s.token
	if !config.Configured() {
		return a, nil
	}
	var err error
	a.tokens, err = token.New(config, &http.Client{Timeout: keysTimeout}, time.Now)
	return a, err
}

// developmentViewer is who asks `api dev` without a token.
func developmentViewer() *access.Viewer {
	return &access.Viewer{ID: "1", Roles: []string{schema.RoleAdmin}}
}

// context returns the context of a request's viewer.
func (a authentication) context(r *http.Request) (context.Context, error) {
	ctx := r.Context()
	if a.tokens != nil {
		switch v, err := a.tokens.Viewer(r); {
		case err != nil:
			return ctx, err
		case v != nil:
			return access.With(ctx, v), nil
		}
	}
	if a.development != nil {
		return access.With(ctx, a.development), nil
	}
	return ctx, nil
}

// developmentHeader says on every response to a request without a token that it was answered for the administrator.
const developmentHeader = "X-Development-Viewer"

// announce sets it.
func (a authentication) announce(next http.Handler, logger *slog.Logger) http.Handler {
	if a.development == nil {
		return next
	}
	value := []string{a.development.Roles[0]}
	logger.Warn("requests without a token are answered for the development viewer", "id", a.development.ID, "roles", a.development.Roles)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header["Authorization"] == nil {
			w.Header()[developmentHeader] = value
		}
		next.ServeHTTP(w, r)
	})
}

// The faults of those who may not.
var (
	invalidToken = &server.Fault{Code: "UNAUTHENTICATED", Message: "the token is not good", Status: http.StatusUnauthorized}
	notSignedIn  = &server.Fault{Code: "UNAUTHENTICATED", Message: "sign in first"}
	forbidden    = &server.Fault{Code: "FORBIDDEN", Message: "not allowed"}
)
