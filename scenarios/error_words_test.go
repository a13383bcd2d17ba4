package scenarios

import "testing"

// An error is one line: where, what, what was expected and what was meant, each where it is known.
func TestErrorInWords(t *testing.T) {
	for _, c := range []struct {
		err  Error
		want string
	}{
		{Error{File: "f.yaml", What: "the file is empty"}, "f.yaml: the file is empty"},
		{Error{File: "f.yaml", Line: 3, Column: 7, What: "found \"x\""}, `f.yaml:3:7: found "x"`},
		{Error{File: "a b.yaml", Line: 1, Column: 1, What: "w", Expected: "e"}, "a b.yaml:1:1: w, expected e"},
		{Error{File: "f", Line: 1, Column: 2, What: "w", Expected: "e", DidYouMean: "d"}, `f:1:2: w, expected e; did you mean "d"?`},
		{Error{File: "f", Line: 1, Column: 2, What: "w", DidYouMean: "d"}, `f:1:2: w; did you mean "d"?`},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%+v is %s, want %s", c.err, got, c.want)
		}
	}
}

// Errors are told by file and place, each once; none are no error at all.
func TestErrorsInOrder(t *testing.T) {
	at := func(file string, line, column int, what string) Error {
		return Error{File: file, Line: line, Column: column, What: what}
	}
	err := Errors{at("b", 1, 1, "x"), at("a", 2, 9, "x"), at("a", 10, 1, "x"), at("a", 2, 3, "y"), at("a", 2, 3, "y"), at("a", 2, 3, "z")}.orNil()
	if want := "a:2:3: y\na:2:3: z\na:2:9: x\na:10:1: x\nb:1:1: x"; err == nil || err.Error() != want {
		t.Errorf("told as\n%v\nwant\n%s", err, want)
	}
	if err := (Errors{}).orNil(); err != nil {
		t.Errorf("no errors are the error %v", err)
	}
}

// A word is meant where a slip of the finger or two make it of what was written, whatever its case; others are not guessed.
func TestNearest(t *testing.T) {
	words := []string{"origins", "methods", "headers", "targets"}
	for word, want := range map[string]string{"orgins": "origins", "ORIGINS": "origins", "method": "methods", "haeders": "headers", "tragets": "targets", "colours": "", "": "", "x": ""} {
		if got := nearest(word, words); got != want {
			t.Errorf("by %q %q is meant, want %q", word, got, want)
		}
	}
}
