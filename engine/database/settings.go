package database

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Setting is one effective setting, fit to be printed.
type Setting struct {
	Name   string // the variable
	Value  string // redacted
	Source string // "environment" or "default"
}

// setting ties a variable to its field and its bounds.
type setting struct {
	variable string
	field    func(*Config) any // *int32, *time.Duration, *string or *Pooler
	least    int64             // connections, or nanoseconds
	zero     bool              // zero is allowed beside that, and means "none"
}

// settings is every variable but DATABASE_URL, in the order in which they are listed.
var settings = []setting{
	{variable: "DATABASE_MAX_CONNS", least: 1, field: func(c *Config) any { return &c.MaxConns }},
	{variable: "DATABASE_MIN_CONNS", field: func(c *Config) any { return &c.MinConns }},
	{variable: "DATABASE_IDLE_TIMEOUT", least: shortest, zero: true, field: func(c *Config) any { return &c.IdleTimeout }},
	{variable: "DATABASE_CONNECT_TIMEOUT", least: shortest, field: func(c *Config) any { return &c.ConnectTimeout }},
	{variable: "DATABASE_MAX_LIFETIME", least: shortest, zero: true, field: func(c *Config) any { return &c.MaxLifetime }},
	{variable: "DATABASE_ACQUIRE_TIMEOUT", least: shortest, field: func(c *Config) any { return &c.AcquireTimeout }},
	{variable: "DATABASE_STATEMENT_TIMEOUT", least: shortest, zero: true, field: func(c *Config) any { return &c.StatementTimeout }},
	{variable: "DATABASE_LOCK_TIMEOUT", least: shortest, zero: true, field: func(c *Config) any { return &c.LockTimeout }},
	{variable: "DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", least: shortest, zero: true, field: func(c *Config) any { return &c.IdleInTransactionTimeout }},
	{variable: "DATABASE_APPLICATION_NAME", field: func(c *Config) any { return &c.ApplicationName }},
	{variable: "DATABASE_POOLER", field: func(c *Config) any { return &c.Pooler }},
	{variable: "DATABASE_STARTUP_TIMEOUT", least: shortest, zero: true, field: func(c *Config) any { return &c.StartupTimeout }},
	{variable: "DATABASE_OUTAGE_TIMEOUT", least: shortest, zero: true, field: func(c *Config) any { return &c.OutageTimeout }},
}

const (
	// shortest is PostgreSQL's unit for its timeouts: less would silently become zero, which means no limit.
	shortest = int64(time.Millisecond)
	// longest is what PostgreSQL's timeouts hold, an int32 of milliseconds: 24 days.
	longest = time.Duration(1<<31-1) * time.Millisecond
)

// ConfigFromEnv reads the DATABASE_* variables. An empty variable is as good as none. All faults come back together, as
// a *ConfigError.
func ConfigFromEnv(getenv func(string) string) (Config, error) {
	const urlVariable = "DATABASE_URL"
	c := NewConfig(getenv(urlVariable))
	c.given = map[string]bool{urlVariable: c.URL != ""}
	var faults []error
	for _, s := range settings {
		text := getenv(s.variable)
		if text == "" {
			continue
		}
		c.given[s.variable] = true
		if err := assign(s.field(&c), text); err != nil {
			faults = append(faults, fmt.Errorf("%s %w", s.variable, err))
		}
	}
	if faults = append(c.faults(), faults...); len(faults) > 0 {
		return Config{}, &ConfigError{Faults: faults}
	}
	return c, nil
}

// assign parses text into a field. It changes nothing when the text is no good.
func assign(field any, text string) error {
	switch field := field.(type) {
	case *int32:
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return errors.New("must be a whole number")
		}
		*field = int32(n)
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("must be a duration such as 500ms, 20s or 30m")
		}
		*field = d
	case *Pooler:
		if !Pooler(text).known() {
			return errPooler
		}
		*field = Pooler(text)
	case *string:
		*field = text
	default:
		return fmt.Errorf("has no parser for %T", field)
	}
	return nil
}

var errPooler = errors.New("must be auto, none or transaction")

func (p Pooler) known() bool { return p == PoolerAuto || p == PoolerNone || p == PoolerTransaction }

// check holds a field against its bounds.
func (s setting) check(c *Config) error {
	switch field := s.field(c).(type) {
	case *int32:
		if int64(*field) < s.least {
			return fmt.Errorf("%s must be at least %d", s.variable, s.least)
		}
	case *time.Duration:
		switch d := *field; {
		case d == 0 && s.zero:
		case int64(d) < s.least && s.zero:
			return fmt.Errorf("%s must be 0 or at least %s", s.variable, time.Duration(s.least))
		case int64(d) < s.least:
			return fmt.Errorf("%s must be at least %s", s.variable, time.Duration(s.least))
		case d > longest:
			return fmt.Errorf("%s must be at most %s", s.variable, longest)
		}
	case *Pooler:
		if !field.known() {
			return fmt.Errorf("%s %w", s.variable, errPooler)
		}
	}
	return nil
}

// Settings lists what is in force and where each value comes from, redacted.
func (c Config) Settings() []Setting {
	list := []Setting{{Name: "DATABASE_URL", Value: redactURL(c.URL), Source: c.source("DATABASE_URL")}}
	for _, s := range settings {
		var value string
		switch field := s.field(&c).(type) {
		case *int32:
			value = strconv.Itoa(int(*field))
		case *time.Duration:
			value = field.String()
		case *Pooler:
			value = string(*field)
		case *string:
			value = *field
		}
		list = append(list, Setting{Name: s.variable, Value: value, Source: c.source(s.variable)})
	}
	return list
}

func (c Config) source(variable string) string {
	if c.given[variable] {
		return "environment"
	}
	return "default"
}
