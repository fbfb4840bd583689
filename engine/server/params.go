package server

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

var noQuery = refused(http.StatusBadRequest, `"query" must be a text that is not empty`)

// decodeParams reads the body of a POST: an object with "query" or "documentId" and, if wanted, "operationName", "variables"
// and "extensions". Members of other names are left alone, but have to be JSON.
func decodeParams(body []byte) (*graphql.RawParams, *Fault) {
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) > 0 && text[0] == '[' {
		return nil, refused(http.StatusBadRequest, "the body is an array: batching is not served, send one operation in a request")
	}
	params := new(graphql.RawParams)
	id := ""
	d := decoder{text: body}
	var seen [mostMembers]string
	n := 0
	err := d.whole(func() error {
		return d.members(func(text []byte) (err error) {
			name := memberName(text)
			if slices.Contains(seen[:n], name) {
				return errDuplicate
			}
			if n == mostMembers {
				return errMembers
			}
			seen[n] = name
			n++
			switch name {
			case "query":
				params.Query, err = d.textOrNull(name)
			case "operationName":
				params.OperationName, err = d.textOrNull(name)
			case "variables":
				params.Variables, err = d.objectOrNull(name)
			case "extensions":
				params.Extensions, err = d.objectOrNull(name)
			case documentID:
				id, err = d.textOrNull(name)
			default:
				_, err = d.value()
			}
			return err
		})
	})
	if err != nil {
		return nil, refused(http.StatusBadRequest, "the body: "+err.Error())
	}
	named(params, id)
	return params, nil
}

// named keeps the parameter documentId.
func named(params *graphql.RawParams, id string) {
	if id == "" {
		return
	}
	if params.Extensions == nil {
		params.Extensions = make(map[string]any, 1)
	}
	params.Extensions[documentID] = id
}

// mostMembers is four, and as many again of other names as anyone has been seen to send.
const mostMembers = 8

var errMembers = errors.New("has too many members")

// memberName is the name of a member, of which the usual ones cost nothing.
func memberName(text []byte) string {
	switch string(text) {
	case "query":
		return "query"
	case "operationName":
		return "operationName"
	case "variables":
		return "variables"
	case "extensions":
		return "extensions"
	}
	return string(text)
}

func (d *decoder) textOrNull(name string) (string, error) {
	switch d.next() {
	case '"':
		return d.string()
	case 'n':
		return "", d.word("null")
	}
	return "", errors.New(`"` + name + `" must be a text`)
}

func (d *decoder) objectOrNull(name string) (map[string]any, error) {
	v, err := d.value()
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		return nil, errors.New(`"` + name + `" must be an object or null`)
	}
	return m, nil
}
