package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"

	"cambium/engine/admission"
	"cambium/engine/database"
	"cambium/engine/executor"
	"cambium/engine/server"
)

// service is what a program serves, and shows of it.
type service struct {
	db        *database.DB
	replicas  *replicas // nil for none
	cursorKey []byte
	auth      authentication
	seen      *observation
	page      *studioPage // nil for none
}

// serve answers on the listener, which it closes, until ctx ends.
func (s *settings) serve(ctx context.Context, listener net.Listener, o service, logger *slog.Logger, ready func(address string)) error {
	front, err := s.front(ctx, o, logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	return front.Run(ctx, listener, ready)
}

// front wires the server.
func (s *settings) front(ctx context.Context, o service, logger *slog.Logger) (*server.Server, error) {
	config := s.graphQL
	config.Introspection = s.introspection
	var err error
	if config.Persisted.Registered, err = readPersisted(s.persistedFile); err != nil {
		return nil, err
	}
	config.Observer, s.server.Observer = o.seen, o.seen
	config.Admission = admission.New(s.admissionFor(o))
	keys := keysOf(o.db)
	o.seen.register(config.Persisted.Registered)
	o.seen.Pool(o.db.Stats)
	o.seen.Migrations(pending(o.db))
	o.seen.Admission(config.Admission.Stats)
	o.seen.Replays(keys.Replays)
	writes := executor.Transactor(o.db)
	reads, driver := o.page.statements(o.db)
	if o.replicas != nil {
		reads, writes = o.replicas, o.replicas
		o.seen.Replicas(o.replicas.States)
	}
	handler, err := newHandler(o.db, reads, driver, writes, o.cursorKey, keys, o.auth, config, logger)
	if err != nil {
		return nil, err
	}
	if handler, err = o.page.mount(handler); err != nil {
		return nil, err
	}
	if err := o.seen.listen(ctx, s.debugAddr, logger); err != nil {
		return nil, err
	}
	return server.New(s.server, o.replicas.mount(handler), logger, checks(o.db)...)
}

// admissionFor is how many operations run at once: as many as there are connections, to the primary and to the replicas in
// rotation, and processors, unless it is said. A further one could only wait for one or the other.
func (s *settings) admissionFor(o service) admission.Config {
	config := s.admission
	if config.Limit > 0 {
		return config
	}
	conns := int(o.db.Config().MaxConns)
	config.Limit = conns + runtime.GOMAXPROCS(0)
	if o.replicas != nil {
		config.More = func() int { return conns * o.replicas.InRotation() }
	}
	return config
}
