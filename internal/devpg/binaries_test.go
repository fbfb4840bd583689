package devpg

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// found returns the real binaries of this machine and an account that may run them.
func found(t *testing.T) (binaries, account) {
	t.Helper()
	cfg, err := config("").withDefaults()
	require.NoError(t, err)
	who, err := chooseAccount()
	require.NoError(t, err)
	set, unfit, err := findBinaries(t.Context(), cfg, who, 0)
	require.NoError(t, err, "%v", unfit)
	return set, who
}

// installation makes a directory with programs that say they are of a version.
func installation(t *testing.T, parent, name, version string) string {
	t.Helper()
	dir := filepath.Join(parent, name)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for _, program := range programs() {
		writeProgram(t, filepath.Join(dir, program), "echo '"+program+" (PostgreSQL) "+version+"'")
	}
	return dir
}

func TestFindBinaries(t *testing.T) {
	t.Parallel()
	_, who := found(t)
	root := openDir(t)
	installation(t, root, "13", "13.9")
	installation(t, root, "14", "14.18 (Debian 14.18-1)")
	v16 := installation(t, root, "16", "16.9")
	v18 := installation(t, root, "18", "18beta1")
	installation(t, root, "19", "19.0")
	partial := installation(t, root, "17", "17.5")
	require.NoError(t, os.Remove(filepath.Join(partial, "initdb")))

	for name, c := range map[string]struct {
		bin, path string
		prefer    int
		dir       string
		source    string
		fault     string
	}{
		"the newest that is fit":          {dir: v18, source: "installed"},
		"PATH first":                      {path: "relative:" + partial + ":" + v16, dir: v16, source: "PATH"},
		"the cluster's version before":    {path: v18, prefer: 16, dir: v16, source: "installed"},
		"the newest if that is missing":   {prefer: 15, dir: v18, source: "installed"},
		"POSTGRES_BIN before all":         {bin: v16, path: v18, prefer: 18, dir: v16, source: "POSTGRES_BIN"},
		"POSTGRES_BIN of another version": {bin: filepath.Join(root, "13"), fault: "14 to 18 are supported"},
		"POSTGRES_BIN without all":        {bin: partial, fault: "does not hold all of [initdb postgres pg_ctl]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config("")
			cfg.places = []string{filepath.Join(root, "*")}
			cfg.Getenv = func(name string) string {
				return map[string]string{"POSTGRES_BIN": c.bin, "PATH": c.path}[name]
			}
			set, _, err := findBinaries(t.Context(), cfg, who, c.prefer)
			if c.fault != "" {
				require.ErrorContains(t, err, c.fault)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.dir, set.dir)
			require.Equal(t, c.source, set.source)
		})
	}
}

// bare is a machine without PostgreSQL.
func bare(t *testing.T, repository string) Config {
	t.Helper()
	cfg := config("")
	cfg.Getenv = func(string) string { return "" }
	cfg.places = []string{}
	cfg.store = openDir(t)
	cfg.Repository = repository
	return cfg
}

func TestNoBinariesAndNoNetwork(t *testing.T) {
	t.Parallel()
	cfg := bare(t, "http://127.0.0.1:1")
	old := openDir(t)
	installation(t, old, "bin", "9.6.24")
	cfg.places = []string{old + "/bin"}
	_, err := Start(t.Context(), cfg)
	require.ErrorIs(t, err, ErrNoBinaries)
	for _, part := range []string{
		"9.6.24", "http://127.0.0.1:1", "apt-get install postgresql", "dnf install postgresql-server",
		"apk add postgresql17", "brew install postgresql@17", "POSTGRES_BIN",
	} {
		require.ErrorContains(t, err, part)
	}
	left, err := os.ReadDir(cfg.store)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestBinariesAreFetchedOnce(t *testing.T) {
	t.Parallel()
	installed, _ := found(t)
	content := archive(t, installed)
	var asked []string
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if strings.HasSuffix(r.URL.Path, ".sha256") {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(content)
	}))
	defer repository.Close()
	repository.Config.SetKeepAlivesEnabled(false) // the library's client is out of reach
	cfg := bare(t, repository.URL)
	for range 2 {
		s := start(t, cfg)
		dir, source := s.Binaries()
		require.Equal(t, "fetched", source)
		require.True(t, strings.HasPrefix(dir, cfg.store), dir)
		require.NoError(t, s.Stop(t.Context()))
	}
	require.Len(t, asked, 2, "one archive and its checksum")
	require.Contains(t, asked[0], fmt.Sprintf("/%d.", fetchMajor))
	left, err := os.ReadDir(cfg.store)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// archive is what the Maven repository serves: a zip of a tar.xz, here of scripts that run the real programs.
func archive(t *testing.T, set binaries) []byte {
	t.Helper()
	var tarred bytes.Buffer
	w := tar.NewWriter(&tarred)
	for _, program := range programs() {
		script := "#!/bin/sh\nexec '" + set.path(program) + "' \"$@\"\n"
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "bin/" + program, Mode: 0o755, Size: int64(len(script)), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(script))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	f, err := z.Create("postgres.txz")
	require.NoError(t, err)
	_, err = f.Write(xz(tarred.Bytes()))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return zipped.Bytes()
}

// xz wraps up to 64 KB in the xz format without compressing (https://tukaani.org/xz/xz-file-format.txt).
func xz(content []byte) []byte {
	le := binary.LittleEndian
	sum := func(b []byte) []byte { return le.AppendUint32(nil, crc32.ChecksumIEEE(b)) }
	pad := func(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }
	flags := []byte{0, 1} // check: CRC32
	header := []byte{2, 0, 0x21, 1, 0x16, 0, 0, 0}
	data := binary.BigEndian.AppendUint16([]byte{1}, uint16(len(content)-1)) // an LZMA2 chunk, uncompressed
	data = append(append(data, content...), 0)
	block := bytes.Join([][]byte{header, sum(header), data}, nil)
	index := []byte{0, 1}
	index = binary.AppendUvarint(index, uint64(len(block)+4))
	index = pad(binary.AppendUvarint(index, uint64(len(content))))
	index = append(index, sum(index)...)
	tail := append(le.AppendUint32(nil, uint32(len(index)/4-1)), flags...)
	return bytes.Join([][]byte{
		{0xFD, '7', 'z', 'X', 'Z', 0}, flags, sum(flags), pad(block), sum(content), index, sum(tail), tail, []byte("YZ"),
	}, nil)
}
