package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// measurement is what one module of synthetic entities costs.
type measurement struct {
	entities  int
	extension bool
	ent       int  // lines that ent generates
	engine    int  // lines that the engine's extension adds in Go
	graph     int  // lines that gqlgen generates
	sdl       int  // lines of the SDL
	entc      cost // of the first command of go generate: ent and the engine
	gqlgen    cost // of the second
	build     cost // of go build, with the dependencies built before
}

// cost of a command: wall time, processor time, and the memory of its largest process.
type cost struct {
	wall, cpu time.Duration
	memory    int64 // bytes
}

func (c cost) String() string {
	if c == (cost{}) {
		return ""
	}
	return fmt.Sprintf("%.1f s, %.1f s, %d MB", c.wall.Seconds(), c.cpu.Seconds(), c.memory>>20)
}

// run measures each size, with the extension and without, and writes a table of Markdown, row by row.
func run(ctx context.Context, w io.Writer, sizes []int, compile bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, %s/%s, %d processors\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	fmt.Fprintln(w, "| entities | | ent's Go lines | engine's | gqlgen's | SDL lines | `entc.go` | `gqlgen` | `go build ./...` |")
	fmt.Fprintln(w, "|---:|---|---:|---:|---:|---:|---|---|---|")
	for _, n := range sizes {
		for _, extension := range []bool{true, false} {
			m, err := measure(ctx, root, n, extension, compile)
			if err != nil {
				return fmt.Errorf("%d entities: %w", n, err)
			}
			fmt.Fprintf(w, "| %d | %s | %d | %d | %d | %d | %s | %s | %s |\n", m.entities,
				map[bool]string{true: "all", false: "ent alone"}[extension], m.ent, m.engine, m.graph, m.sdl, m.entc, m.gqlgen, m.build)
		}
	}
	return nil
}

// moduleRoot is the directory of the engine's go.mod, at the working directory or above.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod here or above")
		}
		dir = filepath.Dir(dir)
	}
}

func measure(ctx context.Context, root string, n int, extension, compile bool) (m measurement, err error) {
	dir, err := os.MkdirTemp("", "cambium-size-")
	if err != nil {
		return m, err
	}
	moved := dir + "-moved"
	defer func() { err = errors.Join(err, os.RemoveAll(dir), os.RemoveAll(moved)) }()
	m = measurement{entities: n, extension: extension}
	if err := write(dir, root, n, extension); err != nil {
		return m, err
	}
	// The dependencies are built before, once: their time is nobody's here.
	if _, err := command(ctx, root, "build", "./engine/...", "entgo.io/ent/entc", "github.com/99designs/gqlgen"); err != nil {
		return m, err
	}
	if m.entc, err = command(ctx, filepath.Join(dir, "ent"), "run", "entc.go"); err != nil {
		return m, err
	}
	if extension && compile {
		if m.gqlgen, err = command(ctx, filepath.Join(dir, "ent"), "tool", "gqlgen"); err != nil {
			return m, err
		}
	}
	// gqlgen has compiled the package to see its types. In another place the go command compiles it anew.
	if err := os.Rename(dir, moved); err != nil {
		return m, err
	}
	if compile {
		if m.build, err = command(ctx, moved, "build", "./..."); err != nil {
			return m, err
		}
	}
	err = m.count(moved)
	return m, err
}

// command runs the go command with low priority: whoever works on the machine goes first.
func command(ctx context.Context, dir string, args ...string) (cost, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, "nice", append([]string{"-n", "10", "go"}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &output, &output
	cmd.Env = append(cmd.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, output.Bytes())
	}
	c := cost{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.memory = usage.Maxrss << 10 // Linux counts kilobytes
	}
	return c, nil
}

// count counts the generated lines.
func (m *measurement) count(dir string) error {
	files := os.DirFS(dir)
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		lines := bytes.Count(text, []byte("\n"))
		switch part := strings.Split(name, "/"); {
		case part[0] == "graph" && strings.HasSuffix(name, ".go"):
			m.graph += lines
		case part[0] != "ent" || part[1] == "schema" || part[1] == "entc.go" || part[1] == "generate.go":
		case part[1] == "read.go":
			m.engine += lines
		case strings.HasSuffix(name, ".go"):
			m.ent += lines
		case strings.HasSuffix(name, ".graphql"):
			m.sdl += lines
		}
		return err
	})
}
