package load

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func show(r *Renderer) {
	r.Show(Progress{Table: "orders", Rows: 400, Total: 830})
	r.Show(Progress{Table: "orders", Rows: 830, Total: 830, Done: true})
	r.Show(Progress{Table: "regions", Rows: 1, Total: Unknown})
	r.Show(Progress{Table: "regions", Rows: 1, Total: Unknown, Done: true})
	r.Close()
}

func TestRendererWritesLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	show(NewRenderer(&out))
	assert.Equal(t, "orders: 830 rows\nregions: 1 row\n", out.String())

	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	show(NewRenderer(file))
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	assert.Equal(t, out.String(), string(text), "a file is no terminal")
}

func TestRendererDrawsBarsOnATerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	show(&Renderer{w: &out, terminal: true})
	assert.Contains(t, out.String(), "\rorders")
	assert.Contains(t, out.String(), "(830/830)")
	assert.Contains(t, out.String(), "regions              (1/-)")
	assert.Equal(t, 2, bytes.Count(out.Bytes(), []byte("\n")), "a line for each table")
}

func TestRendererEndsTheLineOfAnUnfinishedBar(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := &Renderer{w: &out, terminal: true}
	r.Show(Progress{Table: "orders", Rows: 1, Total: 10})
	r.Close()
	r.Close()
	assert.Equal(t, byte('\n'), out.Bytes()[out.Len()-1])
	assert.Equal(t, 1, bytes.Count(out.Bytes(), []byte("\n")))
}
