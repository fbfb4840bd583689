package docs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inline finds the commands that a sentence names: `make run`, `api migrate apply --to V`.
var inline = regexp.MustCompile("`((?:make|api|bin/atlas) [^`]+)`")

// notOurs are programs whose commands the pages show and nobody checks.
var notOurs = map[string]string{
	"docker": "not every machine that runs the tests has it",
	"curl":   "its request is sent by TestRequestsAreAnswered",
	"git":    "the pages do not explain it",
	"export": "of the shell",
	"rm":     "of the shell",
}

// commands lists every command line of the pages by where it stands.
func commands(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	for path, page := range pages(t) {
		for _, b := range blocks(page) {
			if b.language != "sh" {
				continue
			}
			text := strings.ReplaceAll(b.text, "\\\n", "  ")
			for i, line := range strings.Split(text, "\n") {
				if words := split(line); len(words) > 0 {
					found[fmt.Sprintf("%s:%d", path, b.line+i)] = words
				}
			}
		}
		for i, match := range inline.FindAllStringSubmatch(prose(page), -1) {
			found[fmt.Sprintf("%s, inline command %d", path, i+1)] = split(match[1])
		}
	}
	return found
}

// split cuts a command line into words as a shell does, as far as the pages go: quotes, comments, and variables set
// before the command, which are left out.
func split(line string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	inWord := false
	end := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case unicode.IsSpace(r):
			end()
		case r == '#' && !inWord:
			return words
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	end()
	for len(words) > 0 && assignment.MatchString(words[0]) {
		words = words[1:]
	}
	return words
}

var assignment = regexp.MustCompile(`^[A-Z_]+=`)

func TestCommandsExist(t *testing.T) {
	t.Parallel()
	all := commands(t)
	require.NotEmpty(t, all)
	for _, where := range slices.Sorted(maps.Keys(all)) {
		words := all[where]
		switch program := words[0]; program {
		case "make":
			requireTargets(t, where, words[1:])
		case "api", "bin/api":
			requireCommand(t, where, api(t), "api", words[1:])
		case "go":
			require.GreaterOrEqual(t, len(words), 3, where)
			require.Equal(t, []string{"run", "./cmd/api"}, words[1:3], where)
			requireCommand(t, where, api(t), "api", words[3:])
		case "bin/atlas":
			requireCommand(t, where, "bin/atlas", "atlas", words[1:])
		default:
			require.Contains(t, notOurs, program, "%s: this test knows no %q", where, program)
		}
	}
}

// requireTargets asks make what it would do.
func requireTargets(t *testing.T, where string, args []string) {
	t.Helper()
	text, err := output(t, "make", append([]string{"--dry-run"}, args...)...)
	assert.NoError(t, err, "%s: make %v: %s", where, args, text)
	for _, arg := range args {
		if strings.Contains(arg, "=") {
			continue
		}
		assert.Regexp(t, `(?m)^`+regexp.QuoteMeta(arg)+`:`, read(t, "Makefile"), "%s: make has no target %s", where, arg)
	}
}

// requireCommand asks a program for the help of a command, which has to know the command and each of its flags.
func requireCommand(t *testing.T, where, program, name string, words []string) {
	t.Helper()
	asked, flags := []string{name}, []string(nil)
	for _, word := range words {
		switch {
		case strings.HasPrefix(word, "-"):
			flag, _, _ := strings.Cut(word, "=")
			flags = append(flags, flag)
		case len(flags) == 0 && subcommand.MatchString(word):
			asked = append(asked, word)
		}
	}
	help, err := output(t, program, append(slices.Clone(asked[1:]), "--help")...)
	if !assert.NoError(t, err, "%s: %s", where, help) {
		return
	}
	known, takesArguments := usage(help, name)
	if !takesArguments {
		assert.Equal(t, asked, known, "%s: there is no such command", where)
	}
	for _, flag := range flags {
		assert.Regexp(t, `(?m)(^|[\s,])`+regexp.QuoteMeta(flag)+`([\s,=]|$)`, help, "%s: %v has no flag %s", where, asked, flag)
	}
}

var subcommand = regexp.MustCompile(`^[a-z][a-z-]*$`)

// usage reads the first usage line of a help text, such as "api migrate diff NAME [flags]": the command that was
// understood, and whether it takes arguments.
func usage(help, name string) (command []string, takesArguments bool) {
	for line := range strings.Lines(help) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != name {
			continue
		}
		n := 1
		for n < len(words) && subcommand.MatchString(words[n]) {
			n++
		}
		rest := slices.DeleteFunc(slices.Clone(words[n:]), func(w string) bool { return w == "[flags]" || w == "[command]" })
		return words[:n], len(rest) > 0
	}
	return nil, false
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for line, words := range map[string][]string{
		"":                                 nil,
		"# a remark":                       nil,
		"make test pkg=./x  # a remark":    {"make", "test", "pkg=./x"},
		"A=1 B_C='2 3' make run":           {"make", "run"},
		`curl --json '{"query": "{ a }"}'`: {"curl", "--json", `{"query": "{ a }"}`},
		"make run args='--addr :0 --x'":    {"make", "run", "args=--addr :0 --x"},
	} {
		require.Equal(t, words, split(line), line)
	}
}
