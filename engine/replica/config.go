package replica

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"cambium/engine/database"
)

// The variables.
const (
	urlsVariable = "DATABASE_REPLICA_URLS"
	lagVariable  = "DATABASE_REPLICA_MAX_LAG"
)

// Config says which replicas there are. Its text forms are redacted. [NewConfig] makes one with every default filled in.
type Config struct {
	// URLs are the replicas' connection strings, in the form of a URL, of one host each. Default none. DATABASE_REPLICA_URLS, with commas
	// or spaces between.
	URLs []string `json:"-"`
	// MaxLag is for how long a replica in rotation may lack what the primary had. At least 1s, ten looks at it.
	// Default 10s. DATABASE_REPLICA_MAX_LAG.
	MaxLag time.Duration

	// given holds the variables that the environment set.
	given map[string]bool
}

// NewConfig is a Config without replicas.
func NewConfig() Config {
	const defaultMaxLag = 10 * time.Second
	return Config{MaxLag: defaultMaxLag}
}

// ConfigFromEnv reads the variables. All faults come back together, as a *[database.ConfigError], without a value.
func ConfigFromEnv(getenv func(string) string) (Config, error) {
	c := NewConfig()
	urls, text := getenv(urlsVariable), getenv(lagVariable)
	c.URLs, c.given = split(urls), map[string]bool{urlsVariable: urls != "", lagVariable: text != ""}
	var faults []error
	if text != "" {
		var err error
		if c.MaxLag, err = time.ParseDuration(text); err != nil {
			faults = append(faults, errors.New(lagVariable+" must be a duration such as 500ms, 20s or 30m"))
			c.MaxLag = leastLag
		}
	}
	if faults = append(faults, c.faults()...); len(faults) > 0 {
		return Config{}, &database.ConfigError{Faults: faults}
	}
	return c, nil
}

// leastLag is ten looks at a replica: with less, one look that comes late would throw it out.
const leastLag = 10 * lookEvery

func (c Config) faults() (faults []error) {
	for i, url := range c.URLs {
		c := database.NewConfig(url)
		switch {
		case !isURL.MatchString(url) || c.Validate() != nil:
			faults = append(faults, fmt.Errorf("%s: number %d is no connection string of the form postgres://user:password@host:port/database", urlsVariable, i+1))
		case strings.Contains(c.Address(), ","):
			faults = append(faults, fmt.Errorf("%s: number %d has several hosts: each replica needs a connection string of its own", urlsVariable, i+1))
		}
	}
	if c.MaxLag < leastLag {
		faults = append(faults, fmt.Errorf("%s must be at least %v", lagVariable, leastLag))
	}
	return faults
}

// Settings lists what is in force, redacted.
func (c Config) Settings() []database.Setting {
	shown := make([]string, len(c.URLs))
	for i, url := range c.URLs {
		shown[i] = database.NewConfig(url).Settings()[0].Value // redacted
	}
	urls := strings.Join(shown, ",")
	if urls == "" {
		urls = "(none)"
	}
	return []database.Setting{
		{Name: urlsVariable, Value: urls, Source: c.source(urlsVariable)},
		{Name: lagVariable, Value: c.MaxLag.String(), Source: c.source(lagVariable)},
	}
}

// String is the settings, redacted.
func (c Config) String() string { return fmt.Sprint(c.Settings()) }

// GoString is String: %#v must not print a password either.
func (c Config) GoString() string { return c.String() }

func (c Config) source(variable string) string {
	if c.given[variable] {
		return "environment"
	}
	return "default"
}

// A URL may have commas of its own, as in a password; between URLs one is followed by a scheme.
var (
	isURL      = regexp.MustCompile(`^postgres(ql)?://`)
	betweenURL = regexp.MustCompile(`[,\s]+(postgres(?:ql)?://)`)
)

func split(text string) []string {
	return strings.Fields(strings.TrimRight(betweenURL.ReplaceAllString(text, " $1"), ", "))
}
