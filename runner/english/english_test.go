package english

import "testing"

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Count(0, "cell"), "0 cells"}, {Count(1, "cell"), "1 cell"}, {Count(2, "cell"), "2 cells"}, {Count(-1, "cell"), "-1 cells"},
		{CountOf(1, "entry", "entries"), "1 entry"}, {CountOf(2, "entry", "entries"), "2 entries"},
		{And[string](nil), ""}, {And([]string{"a"}), "a"}, {And([]string{"a", "b"}), "a and b"}, {And([]string{"a", "b", "c"}), "a, b and c"},
		{Or[string](nil), ""}, {Or([]string{"a", "b", "c"}), "a, b or c"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
