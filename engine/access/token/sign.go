package token

import (
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Sign makes a token for development, which a verifier with the same Config takes: for a viewer of an id with roles, good
// from now on for a time.
func Sign(config Config, id string, roles []string, now time.Time, good time.Duration) (string, error) {
	if err := config.validate(); err != nil {
		return "", fmt.Errorf("configure tokens: %w", err)
	}
	if len(config.Secret) == 0 {
		return "", fmt.Errorf("sign a token: there is no secret")
	}
	claims := jwt.MapClaims{
		config.IDClaim: id, config.RolesClaim: roles,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(good).Unix(),
	}
	if config.Issuer != "" {
		claims["iss"] = config.Issuer
	}
	if config.Audience != "" {
		claims["aud"] = config.Audience
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(config.Secret)
}
