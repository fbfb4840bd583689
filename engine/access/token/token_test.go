package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"cambium/engine/access"
	"cambium/engine/access/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a time that tests move.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time {
	return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(c.offset.Load()))
}

func (c *clock) move(d time.Duration) { c.offset.Add(int64(d)) }

var secret = []byte("thirty-two bytes, and a few more")

func verifier(t testing.TB, c *clock, tune func(*token.Config)) *token.Verifier {
	t.Helper()
	config := token.NewConfig()
	config.Secret = secret
	config.Leeway = 10 * time.Second
	if tune != nil {
		tune(&config)
	}
	v, err := token.New(config, &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}, c.now)
	require.NoError(t, err)
	return v
}

func ask(v *token.Verifier, headers ...string) (*access.Viewer, error) {
	r := &http.Request{Header: http.Header{}}
	for _, h := range headers {
		r.Header.Add("Authorization", h)
	}
	return v.Viewer(r)
}

func signed(t testing.TB, method jwt.SigningMethod, key any, id string, claims jwt.MapClaims) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(method, claims)
	if id != "" {
		unsigned.Header["kid"] = id
	}
	text, err := unsigned.SignedString(key)
	require.NoError(t, err)
	return text
}

// good returns claims that pass, changed.
func good(c *clock, change func(jwt.MapClaims)) jwt.MapClaims {
	claims := jwt.MapClaims{"sub": "5", "roles": []string{"sales"}, "exp": c.now().Add(time.Hour).Unix(), "branch": "north"}
	if change != nil {
		change(claims)
	}
	return claims
}

func TestViewerOfAToken(t *testing.T) {
	t.Parallel()
	c := new(clock)
	v := verifier(t, c, nil)
	text := signed(t, jwt.SigningMethodHS256, secret, "", good(c, nil))
	viewer, err := ask(v, "Bearer "+text)
	require.NoError(t, err)
	require.Equal(t, "5", viewer.ID)
	require.Equal(t, []string{"sales"}, viewer.Roles)
	require.Equal(t, "north", viewer.Attributes["branch"])
	again, err := ask(v, "bearer "+text)
	require.NoError(t, err)
	require.Same(t, viewer, again, "a token is verified once")
	nobody, err := ask(v)
	require.NoError(t, err)
	require.Nil(t, nobody)
	c.move(time.Hour + 11*time.Second)
	_, err = ask(v, "Bearer "+text)
	require.ErrorIs(t, err, token.ErrInvalid, "what is remembered expires too")
}

func TestTokensThatAreNotGood(t *testing.T) {
	t.Parallel()
	c := new(clock)
	v := verifier(t, c, func(config *token.Config) { config.Issuer, config.Audience = "https://issuer.example", "desk" })
	fine := func(change func(jwt.MapClaims)) jwt.MapClaims {
		return good(c, func(m jwt.MapClaims) {
			m["iss"], m["aud"] = "https://issuer.example", []string{"other", "desk"}
			if change != nil {
				change(m)
			}
		})
	}
	sign := func(change func(jwt.MapClaims)) string {
		return "Bearer " + signed(t, jwt.SigningMethodHS256, secret, "", fine(change))
	}
	_, err := ask(v, sign(nil))
	require.NoError(t, err)
	_, err = ask(v, sign(func(m jwt.MapClaims) { m["exp"] = c.now().Add(-9 * time.Second).Unix() }))
	require.NoError(t, err, "within the leeway")
	none := jwt.NewWithClaims(jwt.SigningMethodNone, fine(nil))
	unsigned, err := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	whole := strings.TrimPrefix(sign(nil), "Bearer ")
	parts := strings.Split(whole, ".")
	admin := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"1","roles":["admin"],"exp":99999999999,"iss":"https://issuer.example","aud":"desk"}`))
	for name, header := range map[string]string{
		"expired":             sign(func(m jwt.MapClaims) { m["exp"] = c.now().Add(-11 * time.Second).Unix() }),
		"not yet":             sign(func(m jwt.MapClaims) { m["nbf"] = c.now().Add(11 * time.Second).Unix() }),
		"made in the future":  sign(func(m jwt.MapClaims) { m["iat"] = c.now().Add(time.Minute).Unix() }),
		"without expiry":      sign(func(m jwt.MapClaims) { delete(m, "exp") }),
		"expiry no number":    sign(func(m jwt.MapClaims) { m["exp"] = "never" }),
		"another issuer":      sign(func(m jwt.MapClaims) { m["iss"] = "https://issuer.example.evil" }),
		"without issuer":      sign(func(m jwt.MapClaims) { delete(m, "iss") }),
		"another audience":    sign(func(m jwt.MapClaims) { m["aud"] = "shop" }),
		"without id":          sign(func(m jwt.MapClaims) { delete(m, "sub") }),
		"id no text":          sign(func(m jwt.MapClaims) { m["sub"] = 5 }),
		"roles no texts":      sign(func(m jwt.MapClaims) { m["roles"] = []any{1} }),
		"roles an object":     sign(func(m jwt.MapClaims) { m["roles"] = map[string]any{"admin": true} }),
		"another secret":      "Bearer " + signed(t, jwt.SigningMethodHS256, []byte("another"), "", fine(nil)),
		"another hash":        "Bearer " + signed(t, jwt.SigningMethodHS512, secret, "", fine(nil)),
		"no signature":        "Bearer " + unsigned,
		"a claim changed":     "Bearer " + parts[0] + "." + admin + "." + parts[2],
		"no token":            "Bearer ",
		"rubbish":             "Bearer a.b.c",
		"another scheme":      "Basic " + whole,
		"no scheme":           whole,
		"longer than headers": "Bearer " + strings.Repeat("a", 20<<10),
	} {
		viewer, err := ask(v, header)
		require.ErrorIs(t, err, token.ErrInvalid, name)
		require.Nil(t, viewer, name)
	}
	_, err = ask(v, sign(nil), sign(nil))
	require.ErrorIs(t, err, token.ErrInvalid, "two headers")
}

// issuer publishes keys.
type issuer struct {
	mu    sync.Mutex
	set   []byte
	fails bool
	asked int
	*httptest.Server
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	i := new(issuer)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.asked++
		if i.fails {
			http.Error(w, "down", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(i.set)
	}))
	t.Cleanup(i.Close)
	return i
}

// publish replaces the published keys.
func (i *issuer) publish(t testing.TB, keys map[string]crypto.PublicKey) {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.set = setOf(t, keys)
}

func setOf(t testing.TB, keys map[string]crypto.PublicKey) []byte {
	t.Helper()
	var set jwkset.JWKSMarshal
	for id, key := range keys {
		jwk, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: id, USE: jwkset.UseSig}})
		require.NoError(t, err)
		set.Keys = append(set.Keys, jwk.Marshal())
	}
	text, err := json.Marshal(set)
	require.NoError(t, err)
	return text
}

func TestPublishedKeys(t *testing.T) {
	t.Parallel()
	c, i := new(clock), newIssuer(t)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	es, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	public, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	i.publish(t, map[string]crypto.PublicKey{"r": rs.Public(), "e": es.Public(), "d": public})
	v := verifier(t, c, func(config *token.Config) { config.Secret, config.KeysURL = nil, i.URL })
	for _, k := range []struct {
		method jwt.SigningMethod
		key    any
		id     string
	}{
		{jwt.SigningMethodRS256, rs, "r"}, {jwt.SigningMethodPS384, rs, "r"}, {jwt.SigningMethodES256, es, "e"}, {jwt.SigningMethodEdDSA, ed, "d"},
	} {
		_, err := ask(v, "Bearer "+signed(t, k.method, k.key, k.id, good(c, nil)))
		require.NoError(t, err, k.id)
	}
	require.Equal(t, 1, i.asked)

	// The key's own bytes as a secret: the classic confusion of algorithms.
	for _, forged := range []string{
		signed(t, jwt.SigningMethodHS256, []byte(public), "d", good(c, nil)),
		signed(t, jwt.SigningMethodES256, es, "r", good(c, nil)),
		signed(t, jwt.SigningMethodES256, es, "", good(c, nil)),
	} {
		_, err := ask(v, "Bearer "+forged)
		require.ErrorIs(t, err, token.ErrInvalid)
	}

	// Rotation: an unknown key is asked for, but not more often than every KeysPause.
	newer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	i.publish(t, map[string]crypto.PublicKey{"e": es.Public(), "n": newer.Public()})
	rotated := "Bearer " + signed(t, jwt.SigningMethodES256, newer, "n", good(c, nil))
	_, err = ask(v, rotated)
	require.ErrorIs(t, err, token.ErrInvalid, "too soon")
	c.move(11 * time.Second)
	_, err = ask(v, rotated)
	require.NoError(t, err)
	require.Equal(t, 2, i.asked)
	for range 100 {
		_, err := ask(v, "Bearer "+signed(t, jwt.SigningMethodES256, newer, "unknown", good(c, nil)))
		require.ErrorIs(t, err, token.ErrInvalid)
	}
	require.Equal(t, 2, i.asked, "strangers cannot have the issuer asked again and again")

	// While the issuer is down the keys that are known stay good.
	i.mu.Lock()
	i.fails = true
	i.mu.Unlock()
	c.move(2 * time.Hour)
	_, err = ask(v, "Bearer "+signed(t, jwt.SigningMethodES256, newer, "n", good(c, nil)))
	require.NoError(t, err)
	// A key that was taken back: tokens of it that were verified before are not good for longer than the set.
	i.mu.Lock()
	i.fails = false
	i.mu.Unlock()
	long := "Bearer " + signed(t, jwt.SigningMethodES256, es, "e", good(c, func(m jwt.MapClaims) { m["exp"] = c.now().Add(24 * time.Hour).Unix() }))
	_, err = ask(v, long)
	require.NoError(t, err)
	i.publish(t, map[string]crypto.PublicKey{"n": newer.Public()})
	c.move(time.Hour + time.Second)
	_, err = ask(v, long)
	require.ErrorIs(t, err, token.ErrInvalid)
}

func TestIssuerOutOfReach(t *testing.T) {
	t.Parallel()
	c, i := new(clock), newIssuer(t)
	i.fails = true
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	v := verifier(t, c, func(config *token.Config) { config.Secret, config.KeysURL = nil, i.URL })
	_, err = ask(v, "Bearer "+signed(t, jwt.SigningMethodES256, key, "k", good(c, nil)))
	require.Error(t, err)
	require.NotErrorIs(t, err, token.ErrInvalid, "the token is not at fault")
}

func TestKeysOfAFile(t *testing.T) {
	t.Parallel()
	c := new(clock)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "keys.json")
	require.NoError(t, os.WriteFile(path, setOf(t, map[string]crypto.PublicKey{"k": key.Public()}), 0o600))
	v := verifier(t, c, func(config *token.Config) { config.KeysFile, config.RolesClaim = path, "realm_access.roles" })
	viewer, err := ask(v, "Bearer "+signed(t, jwt.SigningMethodES256, key, "", good(c, func(m jwt.MapClaims) {
		m["realm_access"] = map[string]any{"roles": []string{"auditor", "sales"}}
	})))
	require.NoError(t, err)
	require.Equal(t, []string{"auditor", "sales"}, viewer.Roles)
	require.NoError(t, os.WriteFile(path, []byte(`{"keys":[{"kty":"oct","k":"AAAA","kid":"k"}]}`), 0o600))
	config := token.NewConfig()
	config.KeysFile = path
	_, err = token.New(config, nil, c.now)
	require.ErrorContains(t, err, "no public key")
}

func TestConfigFaults(t *testing.T) {
	t.Parallel()
	config := token.NewConfig()
	require.False(t, config.Configured())
	config.Secret, config.KeysURL, config.KeysFile, config.Leeway = []byte("short"), "https://a", "b", -1
	_, err := token.New(config, nil, time.Now)
	for _, part := range []string{"Secret has 5 bytes", "KeysURL and KeysFile", "Leeway"} {
		require.ErrorContains(t, err, part)
	}
	require.NotContains(t, err.Error(), "short")
}

func TestSign(t *testing.T) {
	t.Parallel()
	c := new(clock)
	config := token.NewConfig()
	config.Secret, config.Issuer, config.Audience = secret, "i", "a"
	text, err := token.Sign(config, "7", []string{"sales"}, c.now(), time.Hour)
	require.NoError(t, err)
	v := verifier(t, c, func(with *token.Config) { *with = config })
	viewer, err := ask(v, "Bearer "+text)
	require.NoError(t, err)
	require.Equal(t, "7", viewer.ID)
}

// FuzzToken: no header is more than invalid, and none makes a panic.
func FuzzToken(f *testing.F) {
	c := new(clock)
	v := verifier(f, c, nil)
	fine := signed(f, jwt.SigningMethodHS256, secret, "", good(c, nil))
	for _, seed := range []string{"Bearer " + fine, "Bearer ..", "Bearer " + fine + ".", "bearer\x00", "Basic x", "", "Bearer eyJhbGciOiJub25lIn0.e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		viewer, err := ask(v, header)
		if err == nil && header != "Bearer "+fine && !strings.EqualFold(header, "Bearer "+fine) {
			t.Fatalf("%q signs in as %v", header, viewer)
		}
		if err != nil && !errors.Is(err, token.ErrInvalid) {
			t.Fatal(err)
		}
	})
}

// BenchmarkKnownToken is what a token costs each request after the first.
func BenchmarkKnownToken(b *testing.B) {
	c := new(clock)
	v := verifier(b, c, nil)
	r := &http.Request{Header: http.Header{"Authorization": {"Bearer " + signed(b, jwt.SigningMethodHS256, secret, "", good(c, nil))}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Viewer(r); err != nil {
			b.Fatal(err)
		}
	}
}
