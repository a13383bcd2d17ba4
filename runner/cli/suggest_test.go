package cli

import "testing"

func TestMeant(t *testing.T) {
	words := []string{"origins/exact/a", "origins/exact/b", "origins/wild/a", "rules/order/a", "origins/exact/c"}
	for word, want := range map[string]string{
		"origins/exact":   "; did you mean origins/exact/a or origins/exact/b or origins/exact/c?",
		"orgins/wild/a":   "; did you mean origins/wild/a?",
		"rules/ordre/a":   "; did you mean rules/order/a?",
		"something other": "",
		"":                "",
	} {
		if got := meant(word, words); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestUnknownCommand(t *testing.T) {
	for text, want := range map[string]string{
		`unknown command "rnu" for "corsprobe"`:      `there is no command "rnu"; did you mean run?; corsprobe help lists them`,
		`unknown command "list-all" for "corsprobe"`: `there is no command "list-all"; corsprobe help lists them`,
		`unknown command "valdate" for "corsprobe"`:  `there is no command "valdate"; did you mean validate?; corsprobe help lists them`,
		`unknown flag: --x`:                          `unknown flag: --x`,
	} {
		if got := unknownCommand(text); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", text, got, want)
		}
	}
}
