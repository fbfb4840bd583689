package reference

import (
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"cambium/engine/read"
)

// Search is a search argument: alternatives of words that a row must have, all of them.
type Search [][]Word

// Word is a word that a row must have, or must not have.
type Word struct {
	Text string
	Not  bool
}

// text is the argument.
func (s Search) text() string {
	var alternatives []string
	for _, all := range s {
		var words []string
		for _, w := range all {
			if w.Not {
				words = append(words, "-"+w.Text)
			} else {
				words = append(words, w.Text)
			}
		}
		alternatives = append(alternatives, strings.Join(words, " "))
	}
	return strings.Join(alternatives, " or ")
}

// finds tells whether a search finds a row. Which words a row has is PostgreSQL's word, here as there.
func (s Search) finds(e *read.Entity, r Row) bool {
	if s == nil {
		return true
	}
	has := words(r[e.Search])
	return slices.ContainsFunc(s, func(all []Word) bool {
		return !slices.ContainsFunc(all, func(w Word) bool { return slices.Contains(has, w.Text) == w.Not })
	})
}

var lexeme = regexp.MustCompile(`'((?:[^']|'')*)'`)

// words are the words of a tsvector.
func words(document any) (list []string) {
	text, _ := document.(string)
	for _, match := range lexeme.FindAllStringSubmatch(text, -1) {
		list = append(list, match[1])
	}
	return list
}

var plainWord = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// drawSearch draws a search for words that rows have.
func (d *Data) drawSearch(t *rapid.T, e *read.Entity) (s Search) {
	known := make(map[string]bool)
	for _, r := range d.rows[e.Table] {
		for _, w := range words(r[e.Search]) {
			if plainWord.MatchString(w) && w != "or" {
				known[w] = true
			}
		}
	}
	var list []string
	for w := range known {
		list = append(list, w)
	}
	slices.Sort(list)
	if len(list) == 0 {
		return nil
	}
	for range rapid.IntRange(1, 2).Draw(t, "alternatives") {
		var all []Word
		for range rapid.IntRange(1, 2).Draw(t, "words") {
			all = append(all, Word{rapid.SampledFrom(list).Draw(t, "word"), rapid.IntRange(0, 3).Draw(t, "without") == 0})
		}
		s = append(s, all)
	}
	return s
}
