package server

import (
	"bytes"
	"errors"
	"net/http"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

var noQuery = refused(http.StatusBadRequest, `"query" must be a text that is not empty`)

// decodeParams reads the body of a POST: an object with "query" and, if wanted, "operationName", "variables" and
// "extensions". Members of other names are left alone, but have to be JSON.
func decodeParams(body []byte) (*graphql.RawParams, *Fault) {
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) > 0 && text[0] == '[' {
		return nil, refused(http.StatusBadRequest, "the body is an array: batching is not served, send one operation in a request")
	}
	params := new(graphql.RawParams)
	d := decoder{text: body}
	names := make([]string, 0, mostMembers)
	err := d.whole(func() error {
		return d.members(func(name []byte) (err error) {
			if slices.Contains(names, string(name)) {
				return errDuplicate
			}
			if len(names) == mostMembers {
				return errMembers
			}
			names = append(names, string(name))
			switch string(name) {
			case "query":
				params.Query, err = d.characters("query", false)
			case "operationName":
				params.OperationName, err = d.characters("operationName", true)
			case "variables":
				params.Variables, err = d.objectOrNull("variables")
			case "extensions":
				params.Extensions, err = d.objectOrNull("extensions")
			default:
				_, err = d.value()
			}
			return err
		})
	})
	if err != nil {
		return nil, refused(http.StatusBadRequest, "the body: "+err.Error())
	}
	if params.Query == "" {
		return nil, noQuery
	}
	return params, nil
}

// mostMembers is four, and as many again of other names as anyone has been seen to send.
const mostMembers = 8

var errMembers = errors.New("has too many members")

func (d *decoder) characters(name string, nullable bool) (string, error) {
	v, err := d.value()
	if err != nil {
		return "", err
	}
	s, ok := v.(string)
	if !ok && (v != nil || !nullable) {
		return "", errors.New(`"` + name + `" must be a text`)
	}
	return s, nil
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
