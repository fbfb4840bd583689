package token

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/singleflight"
)

// asymmetric are the signatures that are checked with a published key.
var asymmetric = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

// keySet holds the keys that the issuer has published.
type keySet struct {
	config Config
	client *http.Client
	now    func() time.Time
	asking singleflight.Group

	mu    sync.RWMutex
	keys  map[string]publicKey // by id
	asked time.Time            // when they were last asked for, be it in vain
	good  time.Time            // until when they are
}

// publicKey is a key with what it is for; empty for everything that its type can do.
type publicKey struct {
	key any
	alg string
}

func newKeySet(config Config, client *http.Client, now func() time.Time) (*keySet, error) {
	s := &keySet{config: config, client: client, now: now}
	if config.KeysFile == "" {
		return s, nil
	}
	text, err := os.ReadFile(config.KeysFile)
	if err != nil {
		return nil, fmt.Errorf("read the keys for tokens: %w", err)
	}
	if s.keys, err = parseKeys(text); err != nil {
		return nil, fmt.Errorf("read the keys for tokens in %s: %w", config.KeysFile, err)
	}
	return s, nil
}

// key returns the key that a token says it was signed with.
func (s *keySet) key(ctx context.Context, t *jwt.Token) (any, error) {
	id, _ := t.Header["kid"].(string)
	found, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if found.alg != "" && found.alg != t.Method.Alg() {
		return nil, fmt.Errorf("%w: key %.40q is not for %s", ErrInvalid, id, t.Method.Alg())
	}
	if !fits(found.key, t.Method.Alg()) {
		return nil, fmt.Errorf("%w: key %.40q is of another type than %s", ErrInvalid, id, t.Method.Alg())
	}
	return found.key, nil
}

// fits tells whether a key is of the type that a signature takes.
func fits(key any, alg string) (ok bool) {
	switch alg[:2] {
	case "RS", "PS":
		_, ok = key.(*rsa.PublicKey)
	case "ES":
		_, ok = key.(*ecdsa.PublicKey)
	case "Ed":
		_, ok = key.(ed25519.PublicKey)
	}
	return ok
}

func (s *keySet) find(ctx context.Context, id string) (publicKey, error) {
	s.mu.RLock()
	found, ok := s.lookup(id)
	now := s.now()
	stale := s.config.KeysURL != "" && (!ok || now.After(s.good))
	rested := now.Sub(s.asked) >= s.config.KeysPause
	s.mu.RUnlock()
	if stale && rested {
		err := s.refresh(ctx)
		s.mu.RLock()
		found, ok = s.lookup(id)
		s.mu.RUnlock()
		if !ok && err != nil {
			return found, err
		}
	}
	if !ok {
		return found, fmt.Errorf("%w: no key %.40q", ErrInvalid, id)
	}
	return found, nil
}

// lookup returns a key by its id; the only one where a token names none.
func (s *keySet) lookup(id string) (publicKey, bool) {
	if id == "" && len(s.keys) == 1 {
		for _, k := range s.keys {
			return k, true
		}
	}
	k, ok := s.keys[id]
	return k, ok
}

// fetchTimeout bounds one look at the published keys: requests wait for it.
const fetchTimeout = 5 * time.Second

// largestSet is more than any issuer publishes, in bytes.
const largestSet = 1 << 20

// refresh asks the issuer, once for all who wait. Keys that are known stay good while the issuer cannot be asked.
func (s *keySet) refresh(ctx context.Context) error {
	_, err, _ := s.asking.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout) // others wait for it too
		defer cancel()
		keys, err := s.fetch(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked = s.now()
		if err != nil {
			return nil, fmt.Errorf("ask for the keys of tokens: %w", err)
		}
		s.keys, s.good = keys, s.asked.Add(s.config.KeysRefresh)
		return nil, nil //nolint:nilnil // the result is in s
	})
	return err
}

func (s *keySet) fetch(ctx context.Context) (map[string]publicKey, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.KeysURL, nil)
	if err != nil {
		return nil, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the issuer answers %s", response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, largestSet))
	if err != nil {
		return nil, err
	}
	return parseKeys(text)
}

// parseKeys reads a JWK Set. Secrets and keys for encryption in it are left alone.
func parseKeys(text []byte) (map[string]publicKey, error) {
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("it is no JWK Set")
	}
	keys := make(map[string]publicKey)
	for _, m := range set.Keys {
		if m.USE != "" && m.USE != jwkset.UseSig || strings.EqualFold(string(m.KTY), "oct") {
			continue
		}
		jwk, err := jwkset.NewJWKFromMarshal(m, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil {
			continue // of a kind that is not known: others may be
		}
		switch jwk.Key().(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
			keys[m.KID] = publicKey{jwk.Key(), string(m.ALG)}
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no public key for signatures in it")
	}
	return keys, nil
}
