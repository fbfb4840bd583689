package operation

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// rulesFor are the rules of validation: GraphQL's, the server's own, and without introspection none that tells of the
// schema more than was asked.
func rulesFor(introspection bool) *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule("NumbersInRange", numbersInRange)
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

func noIntrospection(events *core.Events, add core.AddErrFunc) {
	events.OnField(func(_ *core.Walker, f *ast.Field) {
		if f.Name == "__schema" || f.Name == "__type" {
			add(core.Message("Introspection is switched off."), core.At(f.Position))
		}
	})
}
