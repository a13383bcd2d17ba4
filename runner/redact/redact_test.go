package redact

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"corsprobe/runner/result"
)

const planted = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// A secret does not survive, whatever stands around it.
func FuzzRedact(f *testing.F) {
	f.Add("before ", " after")
	f.Add("X-Amz-Signature=", "&x=y")
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(before, planted) || strings.Contains(after, planted) {
			t.Skip()
		}
		got := New(planted).Text(before + planted + after)
		if strings.Contains(got, planted) {
			t.Errorf("%q", got)
		}
		if got := Text("https://h/?" + "X-Amz-Signature=0123456789abcdef&" + after); strings.Contains(got, "0123456789abcdef") && !strings.Contains(after, "0123456789abcdef") {
			t.Errorf("%q", got)
		}
	})
}

func TestText(t *testing.T) {
	r := New("", planted, `it's <a> "secret" & more`)
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "https://test.example.com", "https://test.example.com"},
		{"empty", "", ""},
		{"whole", "key " + planted + " here", "key REDACTED here"},
		{"in a query", "?a=" + url.QueryEscape(planted) + "&b", "?a=REDACTED&b"},
		{"in a path", "/" + url.PathEscape(planted) + "/", "/REDACTED/"},
		{"quoted", strconv.Quote(`of it's <a> "secret" & more`), `"of REDACTED"`},
		{"in a document", "<M>it&#39;s &lt;a&gt; &#34;secret&#34; &amp; more</M>", "<M>REDACTED</M>"},
		{"in a command", `-H 'X: it'\''s <a> "secret" & more'`, `-H 'X: REDACTED'`},
		{"cut by a body's end", "a body " + planted[:20], "a body REDACTED"},
		{"cut by an ellipsis", `"` + planted[:7] + `…"`, `"REDACTED…"`},
		{"cut by a sentence", `"` + planted[:30] + `" and 10 bytes more`, `"REDACTED" and 10 bytes more`},
		{"three letters give nothing away", planted[:3], planted[:3]},
		{"a signature", "https://h/k?X-Amz-Signature=0123&x=1", "https://h/k?X-Amz-Signature=REDACTED&x=1"},
		{"a signed text", "<Error><StringToSign>AWS4\nx</StringToSign>", "<Error><StringToSign>REDACTED</StringToSign>"},
		{"a signed text that is cut", "<Error><StringToSign>AWS4\nx", "<Error><StringToSign>REDACTED"},
		{"a signed text that is quoted in part", `"<Error><StringToSign>AWS4…"`, `"<Error><StringToSign>REDACTED…"`},
	} {
		if got := r.Text(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	var none *Redactor
	if got := none.Text("Signature=1 x"); got != "Signature=REDACTED x" {
		t.Errorf("without secrets: %q", got)
	}
}

// Every text of a cell and of a page that is evidence is redacted; what a scenario gives is left alone, for cells are told by it.
func TestEveryText(t *testing.T) {
	var cell result.Cell
	fill(reflect.ValueOf(&cell).Elem())
	given := []string{"ID", "Scenario", "Title", "File", "Step", "Verdict", "Point", "Findings.Check", "Findings.Class", "Findings.How", "Findings.Known", "Findings.Browser.By",
		"Exchanges.Kind", "Exchanges.Request.Method", "Exchanges.Response.Proto", "Browser.Code", "Chromium.Code", "Chromium.Credentials.Code"}
	hold(t, reflect.ValueOf(New(planted).Cell(cell)), "", given)
	var page result.Page
	fill(reflect.ValueOf(&page).Elem())
	given = []string{"Tool", "Origin", "Method", "Headers", "Gets", "Steps.Exchange.Kind", "Steps.Exchange.Request.Method", "Steps.Exchange.Response.Proto",
		"Steps.Verdict.Code", "Steps.Verdict.Chromium", "Steps.Verdict.Firefox", "Steps.Standard.Code", "Steps.Standard.Chromium", "Steps.Standard.Firefox",
		"Steps.Findings.Check", "Steps.Findings.Class", "Steps.Findings.How", "Steps.Findings.Known", "Steps.Findings.Browser.By",
		"Cause.Code", "WithoutOrigin.Kind", "WithoutOrigin.Request.Method", "WithoutOrigin.Response.Proto", "Chromium.Code", "Chromium.Credentials.Code"}
	hold(t, reflect.ValueOf(New(planted).Page(page)), "", given)
}

// fill writes the secret into every text.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("a " + planted)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// hold looks for the secret in every text but those that are given.
func hold(t *testing.T, v reflect.Value, path string, given []string) {
	t.Helper()
	for _, g := range given {
		if path == g {
			if text, err := json.Marshal(v.Interface()); err != nil || !strings.Contains(string(text), planted) {
				t.Errorf("%s is %s, want it left alone", path, text)
			}
			return
		}
	}
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), planted) {
			t.Errorf("%s is %q", path, v.String())
		}
	case reflect.Pointer:
		hold(t, v.Elem(), path, given)
	case reflect.Slice:
		hold(t, v.Index(0), path, given)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				hold(t, v.Field(i), strings.TrimPrefix(path+"."+f.Name, "."), given)
			}
		}
	}
}

// What stands in a header that holds credentials is a secret wherever a server repeats it.
func TestRepeated(t *testing.T) {
	cell := result.Cell{
		Findings: []result.Finding{{Got: "Set-Cookie: session=12345", Came: &result.Side{Headers: []result.Header{{Name: "Set-Cookie", Value: "session=12345"}}}}},
		Exchanges: []result.Exchange{{
			Request:  result.Request{Headers: []result.Header{{Name: "authorization", Value: "Bearer abc"}}},
			Response: result.Response{Headers: []result.Header{{Name: "Set-Cookie", Value: "session=12345"}, {Name: "Set-Cookie", Value: "a=b"}}, Body: "you sent Bearer abc, a=b"},
		}},
	}
	got := New().Cell(cell)
	if text, _ := json.Marshal(got); strings.Contains(string(text), "12345") || strings.Contains(string(text), "Bearer") {
		t.Errorf("%s", text)
	}
	if got.Exchanges[0].Response.Body != "you sent REDACTED, a=b" || got.Exchanges[0].Response.Headers[1].Value != Redacted {
		t.Errorf("%+v", got.Exchanges[0].Response)
	}
	if cell.Exchanges[0].Response.Headers[0].Value != "session=12345" || cell.Findings[0].Came.Headers[0].Value != "session=12345" {
		t.Error("the cell that was given has changed")
	}
}

// A text that comes again is shown as before, however many others came in between; equal short ones are one string.
func TestTextAgain(t *testing.T) {
	r := New(planted)
	for range 2 {
		for i := range mostLooked + 1 {
			if got, want := r.Text(fmt.Sprint(planted, i)), fmt.Sprint(Redacted, i); got != want {
				t.Fatalf("%q, want %q", got, want)
			}
		}
	}
	if len(r.looked.shown) > mostLooked {
		t.Errorf("%d texts are kept", len(r.looked.shown))
	}
	long := strings.Repeat("x", longestLooked)
	for _, text := range []string{"Vary", planted, long + planted} {
		first, second := r.Text(strings.Clone(text)), r.Text(strings.Clone(text))
		if first != second || strings.Contains(first, planted) {
			t.Errorf("%q and then %q", first, second)
		}
		if one := unsafe.StringData(first) == unsafe.StringData(second); one != (len(text) <= longestLooked) {
			t.Errorf("%.20q: one string: %v", text, one)
		}
	}
}
