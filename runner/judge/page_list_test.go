package judge

import "testing"

// A browser asks for names in lower case, sorted, each once, without blanks, and for none that a page may not set.
func TestBrowserList(t *testing.T) {
	for names, want := range map[string]bool{
		"x-a": true, "content-type,x-amz-date": true, "x-a,x-b": true,
		"x-b,x-a": false, "x-a,x-a": false, "X-A": false, "x-a, x-b": false, "x-a,": false, "": false, "cookie": false, "x a": false,
	} {
		if got := BrowserList(&names); got != want {
			t.Errorf("%q: %t, want %t", names, got, want)
		}
	}
	if !BrowserList(nil) {
		t.Error("a preflight without the header is none of a browser's")
	}
}
