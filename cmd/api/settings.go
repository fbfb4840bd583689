package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"cambium/engine/access/token"
	"cambium/engine/admission"
	"cambium/engine/database"
	"cambium/engine/limit"
	"cambium/engine/server"
)

// settings is the configuration beside the database's.
type settings struct {
	addr          string
	debugAddr     string        // empty for no debug listener
	slow          time.Duration // of an operation that is logged; 0 for none
	admission     admission.Config
	logLevel      slog.Level
	cursorKey     []byte // nil where none is set
	introspection bool
	noAuth        bool // said in words
	token         token.Config
	persistedFile string
	// requireDurable has serve refuse a database that may lose writes.
	requireDurable bool
	// databaseViewer tells PostgreSQL who asks.
	databaseViewer bool
	server         server.Config
	graphQL        server.GraphQLConfig

	given map[string]bool
}

// setting is one environment variable.
type setting struct {
	variable string
	parse    func(s *settings, text string) error // says what the value must be, never what it was
	show     func(s *settings) string
}

// variables is every one, in the order in which they are listed.
var variables = []setting{
	{"ADDR", parseAddr, func(s *settings) string { return s.addr }},
	{"DEBUG_ADDR", parseDebugAddr, showDebugAddr},
	duration("SLOW_OPERATION", 0, func(s *settings) *time.Duration { return &s.slow }),
	{"LOG_LEVEL", parseLevel, func(s *settings) string { return s.logLevel.String() }},
	{"CURSOR_KEY", parseCursorKey, showCursorKey},
	flag("REQUIRE_DURABLE", func(s *settings) *bool { return &s.requireDurable }),
	flag("DATABASE_VIEWER", func(s *settings) *bool { return &s.databaseViewer }),
	{"AUTH", parseAuth, showAuth},
	secret("AUTH_SECRET", func(s *settings) *[]byte { return &s.token.Secret }),
	text("AUTH_JWKS_URL", parseKeysURL, func(s *settings) *string { return &s.token.KeysURL }),
	text("AUTH_JWKS_FILE", nil, func(s *settings) *string { return &s.token.KeysFile }),
	text("AUTH_ISSUER", nil, func(s *settings) *string { return &s.token.Issuer }),
	text("AUTH_AUDIENCE", nil, func(s *settings) *string { return &s.token.Audience }),
	duration("AUTH_LEEWAY", 0, func(s *settings) *time.Duration { return &s.token.Leeway }),
	text("AUTH_ID_CLAIM", nil, func(s *settings) *string { return &s.token.IDClaim }),
	text("AUTH_ROLES_CLAIM", nil, func(s *settings) *string { return &s.token.RolesClaim }),
	flag("INTROSPECTION", func(s *settings) *bool { return &s.introspection }),
	duration("OPERATION_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.graphQL.OperationTimeout }),
	list("ALLOWED_HOSTS", func(s *settings) *[]string { return &s.server.AllowedHosts }),
	list("CORS_ORIGINS", func(s *settings) *[]string { return &s.server.CORSOrigins }),
	number("MAX_BODY_BYTES", 1, func(s *settings) *int64 { return &s.graphQL.MaxBody }),
	number("MAX_TOKENS", 1, func(s *settings) *int { return &s.graphQL.MaxTokens }),
	number("MAX_DEPTH", 1, func(s *settings) *int { return &s.graphQL.Limits.Depth }),
	number("MAX_ALIASES", 1, func(s *settings) *int { return &s.graphQL.Limits.Aliases }),
	number("MAX_ROOT_FIELDS", 1, func(s *settings) *int { return &s.graphQL.Limits.RootFields }),
	number("MAX_DIRECTIVES", 1, func(s *settings) *int { return &s.graphQL.Limits.Directives }),
	number("MAX_FILTER_DEPTH", 1, func(s *settings) *int { return &s.graphQL.Limits.FilterDepth }),
	number("MAX_CONDITIONS", 1, func(s *settings) *int { return &s.graphQL.Limits.Conditions }),
	number("MAX_LIST_LENGTH", 1, func(s *settings) *int { return &s.graphQL.Limits.ListLength }),
	number("DEFAULT_PAGE_SIZE", 1, func(s *settings) *int { return &s.graphQL.Limits.DefaultPage }),
	number("MAX_PAGE_SIZE", 1, func(s *settings) *int { return &s.graphQL.Limits.MaxPage }),
	number("MAX_COST", 1, func(s *settings) *int64 { return &s.graphQL.Limits.Cost }),
	number("MAX_IN_FLIGHT", 0, func(s *settings) *int { return &s.graphQL.Gate.InFlight }),
	number("ADMISSION_LIMIT", 0, func(s *settings) *int { return &s.admission.Limit }),
	duration("ADMISSION_WAIT", 0, func(s *settings) *time.Duration { return &s.admission.Wait }),
	number("RATE_PER_VIEWER", 0, func(s *settings) *int { return &s.graphQL.Gate.ViewerRate }),
	number("RATE_PER_ADDRESS", 0, func(s *settings) *int { return &s.graphQL.Gate.AddressRate }),
	number("PERSISTED_AUTOMATIC", 0, func(s *settings) *int { return &s.graphQL.Persisted.Automatic }),
	text("PERSISTED_FILE", nil, func(s *settings) *string { return &s.persistedFile }),
	flag("PERSISTED_ONLY", func(s *settings) *bool { return &s.graphQL.Persisted.Only }),
	duration("DRAIN_DELAY", 0, func(s *settings) *time.Duration { return &s.server.DrainDelay }),
	duration("SHUTDOWN_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.server.ShutdownTimeout }),
	duration("READY_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.server.CheckTimeout }),
	duration("HTTP_READ_HEADER_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.server.ReadHeaderTimeout }),
	duration("HTTP_READ_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.server.ReadTimeout }),
	duration("HTTP_WRITE_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.server.WriteTimeout }),
	duration("HTTP_IDLE_TIMEOUT", time.Millisecond, func(s *settings) *time.Duration { return &s.server.IdleTimeout }),
	number("HTTP_MAX_HEADER_BYTES", 1, func(s *settings) *int { return &s.server.MaxHeaderBytes }),
}

// defaultAddr is for this machine alone.
const defaultAddr = "127.0.0.1:8080"

// readSettings reads the variables. An empty one is as good as none; all faults come back together.
func readSettings(getenv func(string) string) (settings, error) {
	s := settings{addr: defaultAddr, slow: time.Second, admission: admission.NewConfig(0), token: token.NewConfig(), server: server.NewConfig(), graphQL: server.NewGraphQLConfig(), given: map[string]bool{}}
	s.graphQL.Gate = limit.NewGateConfig()
	var faults []error
	for _, v := range variables {
		text := getenv(v.variable)
		if text == "" {
			continue
		}
		s.given[v.variable] = true
		if err := v.parse(&s, text); err != nil {
			faults = append(faults, fmt.Errorf("%s %w", v.variable, err))
		}
	}
	if len(faults) == 0 {
		faults = s.together()
	}
	if len(faults) > 0 {
		return s, &usageError{errors.Join(faults...).Error()}
	}
	return s, nil
}

// together checks what depends on more than one variable.
func (s *settings) together() (faults []error) {
	if s.graphQL.OperationTimeout >= s.server.WriteTimeout {
		faults = append(faults, fmt.Errorf("OPERATION_TIMEOUT (%v) must be less than HTTP_WRITE_TIMEOUT (%v)", s.graphQL.OperationTimeout, s.server.WriteTimeout))
	}
	if s.server.ReadTimeout < s.server.ReadHeaderTimeout {
		faults = append(faults, fmt.Errorf("HTTP_READ_TIMEOUT (%v) must be at least HTTP_READ_HEADER_TIMEOUT (%v)", s.server.ReadTimeout, s.server.ReadHeaderTimeout))
	}
	if s.graphQL.Limits.DefaultPage > s.graphQL.Limits.MaxPage {
		faults = append(faults, errors.New("DEFAULT_PAGE_SIZE must not be more than MAX_PAGE_SIZE"))
	}
	if s.graphQL.Persisted.Only && s.persistedFile == "" {
		faults = append(faults, errors.New("PERSISTED_ONLY needs PERSISTED_FILE: nothing is registered"))
	}
	if s.noAuth && s.token.Configured() {
		faults = append(faults, errors.New("AUTH=none contradicts AUTH_SECRET, AUTH_JWKS_URL and AUTH_JWKS_FILE: unset one side"))
	}
	if s.token.KeysURL != "" && s.token.KeysFile != "" {
		faults = append(faults, errors.New("AUTH_JWKS_URL and AUTH_JWKS_FILE are both set: unset one"))
	}
	return faults
}

// list is what is in force and where each value comes from, without secrets.
func (s *settings) list() []database.Setting {
	all := make([]database.Setting, len(variables))
	for i, v := range variables {
		source := "default"
		if s.given[v.variable] {
			source = "environment"
		}
		all[i] = database.Setting{Name: v.variable, Value: v.show(s), Source: source}
	}
	return all
}

func parseAddr(s *settings, text string) error {
	if _, _, err := net.SplitHostPort(text); err != nil {
		return errAddr
	}
	s.addr = text
	return nil
}

var errAddr = errors.New("must be host:port, such as 127.0.0.1:8080, or :8080 for every interface")

func parseLevel(s *settings, text string) error {
	if s.logLevel.UnmarshalText([]byte(text)) != nil {
		return errors.New("must be debug, info, warn or error")
	}
	return nil
}

func flag(variable string, field func(*settings) *bool) setting {
	return setting{variable, func(s *settings, text string) (err error) {
		if *field(s), err = strconv.ParseBool(text); err != nil {
			return errors.New("must be true or false")
		}
		return nil
	}, func(s *settings) string { return strconv.FormatBool(*field(s)) }}
}

// list is a variable of several values with commas between.
func list(variable string, field func(*settings) *[]string) setting {
	return setting{variable, func(s *settings, text string) error {
		*field(s) = nil
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*field(s) = append(*field(s), part)
			}
		}
		return nil
	}, func(s *settings) string {
		if len(*field(s)) == 0 {
			return "(none)"
		}
		return strings.Join(*field(s), ",")
	}}
}

func duration(variable string, least time.Duration, field func(*settings) *time.Duration) setting {
	return setting{variable, func(s *settings, text string) error {
		d, err := time.ParseDuration(text)
		if err != nil || d < least {
			return fmt.Errorf("must be a duration such as 500ms or 20s, at least %v", least)
		}
		*field(s) = d
		return nil
	}, func(s *settings) string { return field(s).String() }}
}

func number[N int | int64](variable string, least int64, field func(*settings) *N) setting {
	return setting{variable, func(s *settings, text string) error {
		const bits = 32
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil || n < least {
			return fmt.Errorf("must be a whole number, at least %d", least)
		}
		*field(s) = N(n)
		return nil
	}, func(s *settings) string { return strconv.FormatInt(int64(*field(s)), 10) }}
}
