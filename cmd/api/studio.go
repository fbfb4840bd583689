package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"cambium/engine/access/token"
	"cambium/engine/server"
)

// studioOptions are the flags of studio.
type studioOptions struct {
	dataDir                 string
	port                    int
	noOpen, readOnly, write bool
}

// studioPort is where the studio is, or the first free one after it.
const (
	studioPort  = 4983
	studioPorts = 50 // how many are tried
)

func (p *program) studioCommand() *cobra.Command {
	var o studioOptions
	cmd := &cobra.Command{
		Use:   "studio",
		Short: "Open the data in a browser",
		Long: `Open the data in a browser: see, follow and change it through the GraphQL API, for this machine alone.

The database is that of DATABASE_URL, or the private one. One that is not on this machine is only read, unless --write is
given. Prints the URL, which holds a secret of this launch.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.studio(cmd.Context(), o) },
	}
	cmd.Flags().IntVar(&o.port, "port", studioPort, "where to listen on 127.0.0.1; the next free port if another program has it, any for 0")
	cmd.Flags().BoolVar(&o.noOpen, "no-open", false, "only print the URL")
	cmd.Flags().BoolVar(&o.readOnly, "read-only", false, "refuse every change")
	cmd.Flags().BoolVar(&o.write, "write", false, "allow changes of a database that is not on this machine")
	cmd.MarkFlagsMutuallyExclusive("read-only", "write")
	addDataDir(cmd, &o.dataDir)
	return cmd
}

func (p *program) studio(ctx context.Context, o studioOptions) (err error) {
	settings, err := readSettings(p.getenv)
	if err != nil {
		return err
	}
	logger := newLogger(p.stderr, settings.logLevel)
	listener, err := listenForStudio(ctx, o.port)
	if err != nil {
		return err
	}
	defer listener.Close()  //nolint:errcheck // closed already, unless what follows fails
	settings.debugAddr = "" // that of a server which may run beside
	seen, err := settings.observe(ctx, p.getenv, logger)
	if err != nil {
		return err
	}
	defer seen.close(ctx)
	db, err := p.open(ctx, o.dataDir, true, seen, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	if db.private && !o.readOnly {
		if err := db.bring(ctx); err != nil { // to be looked at all the same, under Migrations
			logger.WarnContext(ctx, "the database is not what the program expects", "error", err)
		}
	}
	// Who signs in here does so for this launch alone: the secret of others' tokens is left where it is.
	settings.token = token.NewConfig()
	settings.token.Secret = randomKey()
	auth, err := newAuthentication(settings, developmentViewer())
	if err != nil {
		return err
	}
	settings.introspection = true
	page := newStudioPage(db, "/", settings.token)
	page.config.ReadOnly = o.readOnly || !page.config.Local && !o.write
	return settings.serve(ctx, listener, service{db: db.DB, cursorKey: randomKey(), auth: auth, seen: seen, page: page}, logger, func(address string) {
		_ = p.say("Studio: %s", page.url(address)) // without standard output there is the log
		if !o.noOpen {
			openBrowser(ctx, page.url(address))
		}
	})
}

// listenForStudio opens the port, or the first free one after it.
func listenForStudio(ctx context.Context, port int) (net.Listener, error) {
	for try := port; ; try++ {
		listener, err := server.Listen(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(try)))
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) {
			return listener, err
		}
		if try >= port+studioPorts {
			return nil, fmt.Errorf("ports %d to %d are all taken: choose another by --port", port, try)
		}
	}
}

// openBrowser asks the desktop to show a page. Where there is no desktop the URL was printed.
func openBrowser(ctx context.Context, address string) {
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.CommandContext(ctx, "open", address)
	case "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address)
	default:
		cmd = exec.CommandContext(ctx, "xdg-open", address)
	}
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }() // it shows the page or it does not
	}
}

// isLocal reports whether a database is on this machine: behind a socket, or on the loopback interface.
func isLocal(databaseURL string) bool {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Scheme == "" { // keyword form, which names its host in another way: rather too careful
		return false
	}
	host := u.Query().Get("host")
	if host == "" {
		host = u.Hostname()
	}
	return host == "" || host[0] == '/' || isLoopback(net.JoinHostPort(host, "0"))
}
