package operation

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// rulesFor are the rules of validation: GraphQL's, the server's own, and without introspection none that tells of the
// schema more than was asked.
func rulesFor(introspection bool) *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule("NumbersInRange", numbersInRange)
	all.AddRule("WholeCharacters", wholeCharacters)
	if introspection {
		return all
	}
	all.AddRule("NoIntrospection", noIntrospection)
	for _, silent := range []struct{ loud, silent core.Rule }{
		{rules.FieldsOnCorrectTypeRule, rules.FieldsOnCorrectTypeRuleWithoutSuggestions},
		{rules.KnownArgumentNamesRule, rules.KnownArgumentNamesRuleWithoutSuggestions},
		{rules.KnownTypeNamesRule, rules.KnownTypeNamesRuleWithoutSuggestions},
		{rules.ScalarLeafsRule, rules.ScalarLeafsRuleWithoutSuggestions},
		{rules.ValuesOfCorrectTypeRule, rules.ValuesOfCorrectTypeRuleWithoutSuggestions},
	} {
		all.ReplaceRule(silent.loud.Name, silent.silent.RuleFunc)
	}
	return all
}

// numbersInRange refuses literals that no Go number holds. Where the argument's type is a scalar of the schema's own,
// gqlparser's rules let them pass, and its evaluation of arguments panics.
func numbersInRange(events *core.Events, add core.AddErrFunc) {
	events.OnValue(func(_ *core.Walker, v *ast.Value) {
		if v.Kind != ast.IntValue && v.Kind != ast.FloatValue {
			return
		}
		if _, err := v.Value(nil); err != nil {
			add(core.Message("Number is out of range."), core.At(v.Position))
		}
	})
}

// wholeCharacters refuses texts with half of a surrogate pair, as in "\uD800" (GraphQL, section 2.9.4). gqlparser makes U+FFFD of
// it.
func wholeCharacters(events *core.Events, add core.AddErrFunc) {
	var document []rune // positions count characters
	events.OnValue(func(_ *core.Walker, v *ast.Value) {
		if v.Kind != ast.StringValue || !strings.ContainsRune(v.Raw, utf8.RuneError) {
			return
		}
		if document == nil {
			document = []rune(v.Position.Src.Input)
		}
		if hasHalf(document[v.Position.Start:v.Position.End]) {
			add(core.Message("A text has half of a surrogate pair."), core.At(v.Position))
		}
	})
}

// hasHalf tells whether the escapes of a literal leave half of a surrogate pair.
func hasHalf(literal []rune) bool {
	for i := 0; i < len(literal)-1; i++ {
		if literal[i] != '\\' {
			continue
		}
		r, escaped := escape(literal[i:])
		i++
		if !escaped || !utf16.IsSurrogate(r) {
			continue
		}
		low, _ := escape(literal[i+escapeLength-1:])
		if utf16.DecodeRune(r, low) == utf8.RuneError {
			return true
		}
		i += 2*escapeLength - 2
	}
	return false
}

const escapeLength = len(`\uD800`)

// escape reads an escape of four digits.
func escape(literal []rune) (rune, bool) {
	if len(literal) < escapeLength || literal[0] != '\\' || literal[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(literal[2:escapeLength]), 16, 32)
	return rune(n), err == nil
}

func noIntrospection(events *core.Events, add core.AddErrFunc) {
	events.OnField(func(_ *core.Walker, f *ast.Field) {
		if f.Name == "__schema" || f.Name == "__type" {
			add(core.Message("Introspection is switched off."), core.At(f.Position))
		}
	})
}
