package server

import (
	"encoding/json"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder reads JSON (RFC 8259) as strictly as I-JSON asks (RFC 7493): UTF-8, no surrogate without its other half, no
// name twice in an object, nothing after the end. encoding/json repairs the first two and takes the last of the third;
// none of that can be switched off. Numbers stay as they were written.
//
// Its errors say what is wrong and never repeat what was read.
type decoder struct {
	text  []byte
	at    int
	depth int
}

// deepest is how deep arrays and objects may stand in one another: deeper than any input type, shallower than any stack.
const deepest = 64

var (
	errSyntax    = errors.New("not valid JSON")
	errUTF8      = errors.New("not valid UTF-8")
	errSurrogate = errors.New("a text has half of a surrogate pair")
	errDuplicate = errors.New("an object has a name twice")
	errTrailing  = errors.New("more than one JSON value")
	errDeep      = errors.New("nested too deeply")
	errNoObject  = errors.New("must be an object or null")
)

// whole has read take the value that the text is.
func (d *decoder) whole(read func() error) error {
	if !utf8.Valid(d.text) {
		return errUTF8
	}
	d.space()
	if err := read(); err != nil {
		return err
	}
	if d.space(); d.at != len(d.text) {
		return errTrailing
	}
	return nil
}

// wholeObject reads a text that is an object or null.
func (d *decoder) wholeObject() (m map[string]any, err error) {
	err = d.whole(func() error {
		v, err := d.value()
		if err != nil {
			return err
		}
		var ok bool
		if m, ok = v.(map[string]any); !ok && v != nil {
			return errNoObject
		}
		return nil
	})
	return m, err
}

func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\t', '\r', '\n':
			d.at++
		default:
			return
		}
	}
}

// next is the byte to be read, 0 at the end. (A zero byte is no JSON either.)
func (d *decoder) next() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// take reads one byte, if it is that one.
func (d *decoder) take(c byte) bool {
	if d.next() != c || c == 0 {
		return false
	}
	d.at++
	return true
}

func (d *decoder) value() (any, error) {
	switch c := d.next(); c {
	case '{':
		m := make(map[string]any)
		return m, d.members(func(name []byte) error {
			key := string(name)
			if _, twice := m[key]; twice {
				return errDuplicate
			}
			v, err := d.value()
			m[key] = v
			return err
		})
	case '[':
		return d.array()
	case '"':
		return d.string()
	case 't':
		return true, d.word("true")
	case 'f':
		return false, d.word("false")
	case 'n':
		return nil, d.word("null")
	default:
		return d.number()
	}
}

func (d *decoder) word(w string) error {
	if len(d.text)-d.at < len(w) || string(d.text[d.at:d.at+len(w)]) != w {
		return errSyntax
	}
	d.at += len(w)
	return nil
}

// enter and leave count the depth.
func (d *decoder) enter() error {
	if d.depth++; d.depth > deepest {
		return errDeep
	}
	d.at++
	d.space()
	return nil
}

func (d *decoder) leave() { d.depth-- }

func (d *decoder) array() (any, error) {
	if err := d.enter(); err != nil {
		return nil, err
	}
	defer d.leave()
	a := []any{}
	if d.take(']') {
		return a, nil
	}
	for {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		a = append(a, v)
		d.space()
		if d.take(']') {
			return a, nil
		}
		if !d.take(',') {
			return nil, errSyntax
		}
		d.space()
	}
}

// members has read take the value of each member of an object. The name is valid until then.
func (d *decoder) members(read func(name []byte) error) error {
	if d.next() != '{' {
		return errNoObject
	}
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	if d.take('}') {
		return nil
	}
	for {
		if d.next() != '"' {
			return errSyntax
		}
		name, err := d.characters()
		if err != nil {
			return err
		}
		if d.space(); !d.take(':') {
			return errSyntax
		}
		d.space()
		if err := read(name); err != nil {
			return err
		}
		d.space()
		if d.take('}') {
			return nil
		}
		if !d.take(',') {
			return errSyntax
		}
		d.space()
	}
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (d *decoder) number() (any, error) {
	start := d.at
	d.take('-')
	if !d.take('0') && !d.digits() {
		return nil, errSyntax
	}
	if d.take('.') && !d.digits() {
		return nil, errSyntax
	}
	if d.take('e') || d.take('E') {
		if !d.take('+') {
			d.take('-')
		}
		if !d.digits() {
			return nil, errSyntax
		}
	}
	return json.Number(d.text[start:d.at]), nil
}

func (d *decoder) digits() bool {
	start := d.at
	for c := d.next(); '0' <= c && c <= '9'; c = d.next() {
		d.at++
	}
	return d.at > start
}

// string reads a text.
func (d *decoder) string() (string, error) {
	b, err := d.characters()
	return string(b), err
}

// characters reads a text. The result is a part of what is read where it has no escapes, else what is read is overwritten
// with it: a text is never longer than its escapes.
func (d *decoder) characters() ([]byte, error) {
	d.at++
	start := d.at
	for d.at < len(d.text) {
		switch c := d.text[d.at]; {
		case c == '"':
			d.at++
			return d.text[start : d.at-1], nil
		case c == '\\':
			return d.escaped(d.text[start:d.at])
		case c < ' ':
			return nil, errSyntax
		}
		d.at++
	}
	return nil, errSyntax
}

// escaped reads the rest of a text from its first escape on, and appends to s, which ends there.
func (d *decoder) escaped(s []byte) ([]byte, error) {
	for d.at < len(d.text) {
		c := d.text[d.at]
		d.at++
		switch {
		case c == '"':
			return s, nil
		case c < ' ':
			return nil, errSyntax
		case c != '\\':
			s = append(s, c)
			continue
		}
		c = d.next()
		d.at++
		switch c {
		case '"', '\\', '/':
			s = append(s, c)
		case 'b':
			s = append(s, '\b')
		case 'f':
			s = append(s, '\f')
		case 'n':
			s = append(s, '\n')
		case 'r':
			s = append(s, '\r')
		case 't':
			s = append(s, '\t')
		case 'u':
			r, err := d.unicode()
			if err != nil {
				return nil, err
			}
			s = utf8.AppendRune(s, r)
		default:
			return nil, errSyntax
		}
	}
	return nil, errSyntax
}

// unicode reads what follows \u: a character, or a pair of surrogates that are one.
func (d *decoder) unicode() (rune, error) {
	r, ok := d.hex()
	if !ok {
		return 0, errSyntax
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if !d.take('\\') || !d.take('u') {
		return 0, errSurrogate
	}
	low, ok := d.hex()
	if !ok {
		return 0, errSyntax
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, errSurrogate
	}
	return r, nil
}

func (d *decoder) hex() (r rune, ok bool) {
	const digits = 4
	if len(d.text)-d.at < digits {
		return 0, false
	}
	for range digits {
		c := d.text[d.at]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
		d.at++
	}
	return r, true
}
