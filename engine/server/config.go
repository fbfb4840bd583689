package server

import (
	"errors"
	"fmt"
	"time"
)

// Config tunes a [Server]. [NewConfig] makes one with every default filled in; a zero field means zero.
type Config struct {
	// ReadHeaderTimeout bounds the reading of a request's header, from its first byte or from the opening of the
	// connection: the bound on clients that send a byte at a time. More than 0. Default 5s.
	ReadHeaderTimeout time.Duration
	// ReadTimeout bounds the reading of a whole request, header and body. At least ReadHeaderTimeout. Default 15s.
	ReadTimeout time.Duration
	// WriteTimeout bounds everything after the header: reading the body, working, writing the response to a client that
	// takes it slowly. It has to be longer than the longest operation. More than 0. Default 60s.
	WriteTimeout time.Duration
	// IdleTimeout closes a connection that waits for its next request for so long. Longer than the idle timeout of a
	// load balancer before it (often 60s), so that the balancer is the one who closes. More than 0. Default 75s.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds the request line and the header, in bytes; net/http adds 4096. GET carries its operation
	// there. More than 0. Default 16384.
	MaxHeaderBytes int

	// AllowedHosts are the names under which the server is known, as Host headers have them, beside its addresses and
	// localhost: others are refused, so that a page cannot rebind its name. "*" allows all. Default: none.
	AllowedHosts []string
	// CORSOrigins are the origins whose pages may ask and read, such as https://app.example. Default: none.
	CORSOrigins []string

	// Observer is told of every request. Default: nobody is.
	Observer Observer

	// CheckTimeout bounds one run of the readiness checks. More than 0. Default 2s.
	CheckTimeout time.Duration
	// DrainDelay is how long a server that was told to stop still accepts connections, with readiness red: the time that
	// a load balancer needs to see it. Default 0.
	DrainDelay time.Duration
	// ShutdownTimeout is the budget for the requests in flight after DrainDelay. Those that are not answered then are
	// cut. More than 0. Default 20s, below the 30s after which Kubernetes kills.
	ShutdownTimeout time.Duration
}

// NewConfig is a Config with every default.
func NewConfig() Config {
	return Config{
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       75 * time.Second,
		MaxHeaderBytes:    16 << 10,
		Observer:          nobody{},
		CheckTimeout:      2 * time.Second,
		ShutdownTimeout:   20 * time.Second,
	}
}

// validate reports all faults together.
func (c Config) validate() error {
	faults := []error{
		positive("ReadHeaderTimeout", c.ReadHeaderTimeout),
		positive("ReadTimeout", c.ReadTimeout),
		positive("WriteTimeout", c.WriteTimeout),
		positive("IdleTimeout", c.IdleTimeout),
		positive("MaxHeaderBytes", c.MaxHeaderBytes),
		positive("CheckTimeout", c.CheckTimeout),
		positive("ShutdownTimeout", c.ShutdownTimeout),
	}
	if c.Observer == nil {
		faults = append(faults, errors.New("Observer is nil"))
	}
	if c.DrainDelay < 0 {
		faults = append(faults, fmt.Errorf("DrainDelay is %v, must not be negative", c.DrainDelay))
	}
	if c.ReadTimeout < c.ReadHeaderTimeout {
		faults = append(faults, fmt.Errorf("ReadTimeout is %v, must be at least ReadHeaderTimeout, %v", c.ReadTimeout, c.ReadHeaderTimeout))
	}
	return errors.Join(faults...)
}

func positive[N ~int | ~int64](name string, n N) error {
	if n > 0 {
		return nil
	}
	return fmt.Errorf("%s is %v, must be more than 0", name, n)
}
