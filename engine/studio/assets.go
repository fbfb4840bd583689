package studio

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"
)

// The assets are built by `make studio`, and embedded where they are there.
//
//go:embed all:assets
var embedded embed.FS

// index is the page.
const index = "index.html"

func assets() fs.FS {
	sub, err := fs.Sub(embedded, "assets")
	if err != nil {
		panic(err) // the directory is embedded
	}
	return sub
}

// notBuilt is the page of a program without the assets.
const notBuilt = "This program was built without the studio's web page: run `make studio` (it needs Node) and build it again.\n"

// page serves the page, and lets whoever knows the token in.
func (h *Handler) page(w http.ResponseWriter, r *http.Request) {
	h.admit(w, r)
	w.Header().Set("Cache-Control", "no-cache")
	if !h.built {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(notBuilt)) // a client that is gone
		return
	}
	http.ServeFileFS(w, r, h.assets, index)
}

// asset serves a file whose name tells its content, so that browsers may keep it.
func (h *Handler) asset(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/assets/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, h.assets, strings.TrimPrefix(r.URL.Path, "/")) //nolint:gosec // out of an embedded file system
}
