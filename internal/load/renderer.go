package load

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	// redrawEvery bounds how often a bar is drawn: faster than this nobody sees.
	redrawEvery = 100 * time.Millisecond
	// barWidth leaves room for the name and the numbers on 80 columns.
	barWidth = 24
	// nameWidth keeps the bars of differently named tables under one another.
	nameWidth = 20
)

// Renderer shows the progress of a load: on a terminal a bar for each table, elsewhere a line for each table that is
// done.
type Renderer struct {
	w        io.Writer
	terminal bool

	mu  sync.Mutex
	bar *progressbar.ProgressBar // of the table being loaded, on a terminal
}

// NewRenderer writes to w, with bars if w is a terminal. Call [Renderer.Close] after the load.
func NewRenderer(w io.Writer) *Renderer {
	file, ok := w.(*os.File)
	return &Renderer{w: w, terminal: ok && term.IsTerminal(int(file.Fd()))}
}

// Show is the function for [Options.Progress]. What cannot be written is left out: the load matters more.
func (r *Renderer) Show(p Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.terminal {
		if p.Done {
			_, _ = fmt.Fprintf(r.w, "%s: %s\n", p.Table, count(int(p.Rows), "row"))
		}
		return
	}
	if r.bar == nil {
		r.bar = r.newBar(p)
	}
	_ = r.bar.Set64(p.Rows)
	if p.Done {
		r.endBar()
	}
}

// Close ends the line of a bar that has not come to its end.
func (r *Renderer) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bar != nil {
		r.endBar()
	}
}

func (r *Renderer) newBar(p Progress) *progressbar.ProgressBar {
	return progressbar.NewOptions64(p.Total,
		progressbar.OptionSetWriter(r.w),
		progressbar.OptionSetDescription(fmt.Sprintf("%-*s", nameWidth, p.Table)),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(redrawEvery),
		progressbar.OptionSetSpinnerChangeInterval(0), // drawn as rows come, by no goroutine of its own
	)
}

func (r *Renderer) endBar() {
	_ = r.bar.Exit()
	_, _ = fmt.Fprintln(r.w)
	r.bar = nil
}
