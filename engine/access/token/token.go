// Package token turns bearer tokens into viewers: JSON Web Tokens (RFC 7519), signed with a shared secret or with a key of
// a set that the issuer publishes.
package token

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"cambium/engine/access"
)

// Config says which tokens are good.
type Config struct {
	// Secret is the key of HS256: 32 bytes or more. Empty: no such token is good.
	Secret []byte
	// KeysURL is where the issuer publishes its keys as a JWK Set (RFC 7517), such as
	// https://issuer.example/.well-known/jwks.json. It is asked when the first token comes, every KeysRefresh, and, at most
	// once in KeysPause, for a token whose key is not known. Empty: none.
	KeysURL string
	// KeysFile holds such a set, and is read once. Empty: none.
	KeysFile string
	// KeysRefresh is how long a published set is good for. More than 0. Default 1h.
	KeysRefresh time.Duration
	// KeysPause is the least time between two looks at KeysURL. More than 0. Default 10s.
	KeysPause time.Duration
	// Issuer is what `iss` has to be; empty: anything, or nothing.
	Issuer string
	// Audience is what `aud` has to contain; empty: anything, or nothing.
	Audience string
	// Leeway is by how much clocks may differ. At least 0. Default 30s.
	Leeway time.Duration
	// IDClaim is the claim that names the viewer. Default "sub".
	IDClaim string
	// RolesClaim is the claim with the viewer's roles: a list of texts, or one text with spaces between. A path with dots
	// leads into objects, as realm_access.roles. Default "roles".
	RolesClaim string
	// Cached is how many verified tokens are remembered until they expire. More than 0. Default 10000.
	Cached int
}

// NewConfig is a Config with every default, under which no token is good yet.
func NewConfig() Config {
	return Config{
		KeysRefresh: time.Hour,
		KeysPause:   10 * time.Second,
		Leeway:      30 * time.Second,
		IDClaim:     "sub",
		RolesClaim:  "roles",
		Cached:      10_000,
	}
}

// Configured tells whether any token can be good.
func (c Config) Configured() bool { return len(c.Secret) > 0 || c.KeysURL != "" || c.KeysFile != "" }

// leastSecret is the length of the hash: a shorter key can be guessed more easily (RFC 7518, section 3.2).
const leastSecret = 32

func (c Config) validate() error {
	var faults []error
	if len(c.Secret) > 0 && len(c.Secret) < leastSecret {
		faults = append(faults, fmt.Errorf("Secret has %d bytes, must have %d", len(c.Secret), leastSecret))
	}
	if c.KeysURL != "" && c.KeysFile != "" {
		faults = append(faults, errors.New("KeysURL and KeysFile are both set"))
	}
	for name, ok := range map[string]bool{
		"KeysRefresh": c.KeysRefresh > 0, "KeysPause": c.KeysPause > 0, "Cached": c.Cached > 0,
		"IDClaim": c.IDClaim != "", "RolesClaim": c.RolesClaim != "",
	} {
		if !ok {
			faults = append(faults, fmt.Errorf("%s must be set", name))
		}
	}
	if c.Leeway < 0 {
		faults = append(faults, errors.New("Leeway must not be negative"))
	}
	return errors.Join(faults...)
}

// ErrInvalid is of a token that is not good. What is wrong with it is for the log.
var ErrInvalid = errors.New("token: invalid")

// Verifier turns tokens into viewers. It is safe for concurrent use.
type Verifier struct {
	config Config
	keys   *keySet // nil where only the secret counts
	parser *jwt.Parser
	known  *known
}

// New returns a verifier. The client fetches the keys of KeysURL and has to have a timeout; now is the clock.
func New(config Config, client *http.Client, now func() time.Time) (*Verifier, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("configure tokens: %w", err)
	}
	v := &Verifier{config: config, known: newKnown(config.Cached, now)}
	var methods []string
	if len(config.Secret) > 0 {
		methods = append(methods, jwt.SigningMethodHS256.Alg())
	}
	if config.KeysURL != "" || config.KeysFile != "" {
		methods = append(methods, asymmetric...)
		var err error
		if v.keys, err = newKeySet(config, client, now); err != nil {
			return nil, err
		}
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(methods), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(config.Leeway),
		jwt.WithTimeFunc(now), jwt.WithStrictDecoding(),
	}
	if config.Issuer != "" {
		options = append(options, jwt.WithIssuer(config.Issuer))
	}
	if config.Audience != "" {
		options = append(options, jwt.WithAudience(config.Audience))
	}
	v.parser = jwt.NewParser(options...)
	return v, nil
}

// longestToken is more than any header takes, in bytes.
const longestToken = 16 << 10

// Viewer returns who a request's Authorization header says that is asking: nil where there is no such header. The error
// of a token that is not good is an [ErrInvalid]; any other is of the issuer that could not be asked.
func (v *Verifier) Viewer(r *http.Request) (*access.Viewer, error) {
	values := r.Header["Authorization"]
	if len(values) == 0 {
		return nil, nil //nolint:nilnil // nobody
	}
	if len(values) > 1 {
		return nil, fmt.Errorf("%w: two Authorization headers", ErrInvalid)
	}
	scheme, text, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(text) > longestToken {
		return nil, fmt.Errorf("%w: Authorization is not of the form Bearer TOKEN", ErrInvalid)
	}
	if viewer := v.known.get(text); viewer != nil {
		return viewer, nil
	}
	viewer, until, err := v.verify(r, text)
	if err != nil {
		return nil, err
	}
	v.known.add(text, viewer, until)
	return viewer, nil
}

// verify checks a token and returns its viewer, and until when that may be remembered: not for longer than its key is good,
// so that the issuer can take a key back.
func (v *Verifier) verify(r *http.Request, text string) (viewer *access.Viewer, until time.Time, err error) {
	until = v.known.now().Add(v.config.KeysRefresh)
	claims := jwt.MapClaims{}
	var unreached error // asking the issuer failed, which is no fault of the token's
	_, err = v.parser.ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) {
		if t.Method.Alg() == jwt.SigningMethodHS256.Alg() { // in the list only where there is a secret
			return v.config.Secret, nil
		}
		key, err := v.keys.key(r.Context(), t)
		if err != nil && !errors.Is(err, ErrInvalid) {
			unreached = err
		}
		return key, err
	})
	switch {
	case unreached != nil:
		return nil, until, unreached
	case err != nil:
		return nil, until, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if viewer, err = v.config.viewer(claims); err != nil {
		return nil, until, err
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil { // the parser has demanded one
		return nil, until, fmt.Errorf("%w: no expiry", ErrInvalid)
	}
	if end := expires.Add(v.config.Leeway); end.Before(until) {
		until = end
	}
	return viewer, until, nil
}

// viewer reads the claims.
func (c Config) viewer(claims jwt.MapClaims) (*access.Viewer, error) {
	id, ok := at(claims, c.IDClaim).(string)
	if !ok || id == "" {
		return nil, fmt.Errorf("%w: claim %s is no text", ErrInvalid, c.IDClaim)
	}
	viewer := &access.Viewer{ID: id, Attributes: claims}
	switch roles := at(claims, c.RolesClaim).(type) {
	case nil:
	case string:
		viewer.Roles = strings.Fields(roles)
	case []any:
		for _, r := range roles {
			role, ok := r.(string)
			if !ok {
				return nil, fmt.Errorf("%w: a role in claim %s is no text", ErrInvalid, c.RolesClaim)
			}
			viewer.Roles = append(viewer.Roles, role)
		}
	default:
		return nil, fmt.Errorf("%w: claim %s is no list of texts", ErrInvalid, c.RolesClaim)
	}
	return viewer, nil
}

// at follows a path with dots into claims. A claim whose name has dots, as those that are URLs, goes before.
func at(claims map[string]any, path string) any {
	if v, ok := claims[path]; ok {
		return v
	}
	name, rest, more := strings.Cut(path, ".")
	if !more {
		return nil
	}
	inner, ok := claims[name].(map[string]any)
	if !ok {
		return nil
	}
	return at(inner, rest)
}
