package server

import (
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// get reads an operation from the URL. Parameters of other names are left alone.
func get(r *http.Request) (*graphql.RawParams, *Fault) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refused(http.StatusBadRequest, "the URL's parameters cannot be read")
	}
	texts := make(map[string]string, 4)
	for _, name := range []string{"query", documentID, "operationName", "variables", "extensions"} {
		given := values[name]
		switch {
		case len(given) > 1:
			return nil, refused(http.StatusBadRequest, "parameter "+name+" is given twice")
		case len(given) == 1 && !utf8.ValidString(given[0]):
			return nil, refused(http.StatusBadRequest, "parameter "+name+" is not UTF-8")
		case len(given) == 1:
			texts[name] = given[0]
		}
	}
	params := &graphql.RawParams{Query: texts["query"], OperationName: texts["operationName"]}
	for name, to := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		if texts[name] == "" {
			continue
		}
		d := decoder{text: []byte(texts[name])}
		if *to, err = d.wholeObject(); err != nil {
			return nil, refused(http.StatusBadRequest, "parameter "+name+": "+err.Error())
		}
	}
	named(params, texts[documentID])
	return params, nil
}
