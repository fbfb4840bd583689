package codegen

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed template
var templates embed.FS

// parse returns a template of this package; the functions are those that all of them share.
func parse(name string) (*template.Template, error) {
	return template.New(name).Funcs(template.FuncMap{
		"quote":    strconv.Quote,
		"describe": describeSDL,
		"enums":    enums,
		"filters":  filters,
		"lookedAt": lookedAt,
	}).ParseFS(templates, "template/"+name)
}

// renderSDL writes the API's full schema, and checks it as GraphQL.
func renderSDL(entities []*entity, writes []*written) ([]byte, error) {
	sdl, err := render("schema.graphql.tmpl", entities)
	if err != nil {
		return nil, err
	}
	mutations, err := renderWrites(writes)
	if err != nil {
		return nil, err
	}
	sdl = append(sdl, mutations...)
	if _, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(sdl)}); err != nil {
		return nil, err
	}
	return sdl, nil
}

// renderGqlgen writes the part that gqlgen reads: each entity as a scalar.
func renderGqlgen(entities []*entity) ([]byte, error) {
	return render("entities.graphql.tmpl", entities)
}

func render(name string, entities []*entity) ([]byte, error) {
	t, err := parse(name)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, entities); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// describeSDL writes a description before a definition, at the given indent; nothing for an empty one.
func describeSDL(indent, text string) string {
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(strings.TrimSpace(text), `"""`, `\"""`)
	if strings.ContainsAny(text, "\n") || strings.HasSuffix(text, `"`) || strings.HasSuffix(text, `\`) {
		lines := strings.Split(text, "\n")
		return fmt.Sprintf("%s\"\"\"\n%s%s\n%s\"\"\"\n", indent, indent, strings.Join(lines, "\n"+indent), indent)
	}
	return fmt.Sprintf("%s\"\"\"%s\"\"\"\n", indent, text)
}

// enums returns the enum columns of all entities, each name once.
func enums(entities []*entity) (found []column) {
	seen := make(map[string]bool)
	for _, e := range entities {
		for _, f := range e.Fields {
			if len(f.Kind.Values) > 0 && !seen[f.Kind.GraphQL] {
				seen[f.Kind.GraphQL] = true
				found = append(found, f)
			}
		}
	}
	return found
}

// filter is the operator object of a scalar.
type filter struct {
	Scalar    string
	Operators []operator
}

type operator struct{ Name, Type string }

// filters returns the operator objects that the entities' fields need, in the order of the scalars' names.
func filters(entities []*entity) []filter {
	scalars := map[string]kind{"ID": {GraphQL: "ID"}, "Int": scalar("Int")} // of every key, of every count
	for _, e := range entities {
		for _, f := range e.Fields {
			scalars[f.Kind.Filter()] = f.Kind
		}
		for _, m := range e.Measures() {
			for _, name := range []string{m.Sum, m.Avg, m.Extreme} {
				if name != "" {
					scalars[name] = scalar(name)
				}
			}
		}
	}
	var found []filter
	for _, name := range slices.Sorted(maps.Keys(scalars)) {
		found = append(found, filter{name, operators(scalars[name])})
	}
	return found
}

func operators(k kind) []operator {
	t, list := k.GraphQL, "["+k.GraphQL+"!]"
	equality := []operator{{"eq", t}, {"neq", t}}
	membership := []operator{{"in", list}, {"notIn", list}}
	order := []operator{{"gt", t}, {"gte", t}, {"lt", t}, {"lte", t}}
	null := []operator{{"isNull", "Boolean"}}
	switch {
	case t == "ID":
		return slices.Concat(equality, membership)
	case k.list():
		return slices.Concat(equality, []operator{{"contains", t}, {"overlaps", t}}, null)
	case k.Model == "Boolean":
		return slices.Concat(equality, null)
	case k.Model == "JSON":
		return slices.Concat([]operator{{"path", "[String!]"}}, equality, []operator{{"contains", t}, {"hasKey", "String"}}, null)
	case len(k.Values) > 0 || k.Model == "Bytes":
		return slices.Concat(equality, membership, null)
	case k.Model == "String":
		parts := []operator{
			{"contains", t}, {"startsWith", t}, {"endsWith", t},
			{"eqFold", t}, {"containsFold", t}, {"startsWithFold", t}, {"endsWithFold", t},
		}
		return slices.Concat(equality, membership, order, parts, null)
	}
	return slices.Concat(equality, membership, order, null)
}
