package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is a line of `go test -json`: see `go doc test2json` and `go help buildjson`.
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	Elapsed     float64
	ImportPath  string // of a build
	FailedBuild string // the ImportPath of the build that a package failed for
}

// report counts tests and subtests, each once, as `go test` reports them. A package that fails although none of its
// tests did (it does not build, it leaks goroutines) counts as one failure, so that "0 failed" always means success.
type report struct {
	to                      io.Writer
	passed, failed, skipped int

	packages map[string]*running
	builds   map[string]*strings.Builder // by ImportPath
}

// running is a package whose end has not come.
type running struct {
	output strings.Builder // of the package itself
	tests  []*test         // those that have begun and have not passed, in the order of their beginning
	failed int
}

type test struct {
	name   string
	action string // "" until it ends
	output strings.Builder
}

func newReport(to io.Writer) *report {
	return &report{to: to, packages: map[string]*running{}, builds: map[string]*strings.Builder{}}
}

// add takes one line. What is no event is passed on.
func (r *report) add(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		_, _ = r.to.Write(line)
		return
	}
	switch {
	case e.ImportPath != "":
		r.addBuild(e)
	case e.Package == "":
	case e.Test != "":
		r.addTest(e)
	default:
		r.addPackage(e)
	}
}

func (r *report) addBuild(e event) {
	output := r.builds[e.ImportPath]
	if output == nil {
		output = &strings.Builder{}
		r.builds[e.ImportPath] = output
	}
	output.WriteString(e.Output)
}

func (r *report) addTest(e event) {
	p := r.running(e.Package)
	at := slices.IndexFunc(p.tests, func(t *test) bool { return t.name == e.Test && t.action == "" })
	if at < 0 {
		at = len(p.tests)
		p.tests = append(p.tests, &test{name: e.Test})
	}
	t := p.tests[at]
	switch e.Action {
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") {
			t.output.WriteString(e.Output)
		}
	case "pass":
		r.passed++
		p.tests = slices.Delete(p.tests, at, at+1)
	case "fail":
		r.failed++
		p.failed++
		t.action = e.Action
	case "skip":
		r.skipped++
		fmt.Fprintf(r.to, "skip  %s %s: %s\n", e.Package, t.name, firstLine(t.output.String()))
		p.tests = slices.Delete(p.tests, at, at+1)
	}
}

func (r *report) addPackage(e event) {
	p := r.running(e.Package)
	switch e.Action {
	case "output":
		p.output.WriteString(e.Output)
	case "pass":
		fmt.Fprintf(r.to, "ok    %s %.1fs\n", e.Package, e.Elapsed)
		delete(r.packages, e.Package)
	case "skip": // it has no tests
		delete(r.packages, e.Package)
	case "fail":
		r.failPackage(e, p)
		delete(r.packages, e.Package)
	}
}

func (r *report) failPackage(e event, p *running) {
	fmt.Fprintf(r.to, "FAIL  %s %.1fs\n", e.Package, e.Elapsed)
	if output := r.builds[e.FailedBuild]; output != nil {
		r.indent(output.String())
	}
	for _, t := range p.tests {
		if t.action == "" { // the package ended while it ran
			fmt.Fprintf(r.to, "    --- %s did not end\n", t.name)
			r.failed++
			p.failed++
		}
		r.indent(t.output.String())
	}
	r.indent(p.output.String())
	if p.failed == 0 {
		r.failed++
	}
}

func (r *report) running(name string) *running {
	p := r.packages[name]
	if p == nil {
		p = &running{}
		r.packages[name] = p
	}
	return p
}

func (r *report) indent(text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintf(r.to, "    %s\n", strings.TrimSuffix(line, "\n"))
	}
}

// broken notes that `go test` itself failed. Where a test has failed that is no news.
func (r *report) broken(err error) {
	if r.failed == 0 {
		r.failed++
		fmt.Fprintln(r.to, err)
	}
}

// close fails what never ended, and prints the counts.
func (r *report) close() {
	for name, p := range r.packages {
		r.failPackage(event{Package: name}, p)
	}
	fmt.Fprintf(r.to, "%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}

// firstLine is the reason that a test gave for being skipped: what stands before the line with its name.
func firstLine(output string) string {
	output, _, _ = strings.Cut(strings.TrimSpace(output), "\n")
	return output
}
