package s3error

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       Document
		problem    string
	}{
		{"nothing", "", Document{}, "no document"},
		{"white space", " \n", Document{}, "no document"},
		{"no XML", "<Error", Document{}, "not XML: XML syntax error on line 1: unexpected EOF"},
		{"a page", "<html><Code>200</Code></html>", Document{}, "its root is html"},
		{"empty", "<Error/>", Document{}, ""},
		{"whole", `<?xml version="1.0"?><Error><Code>AccessForbidden</Code><Message>No &amp; never.</Message><Method>PUT</Method><ResourceType>OBJECT</ResourceType></Error>`,
			Document{Code: "AccessForbidden", Message: "No & never.", Method: "PUT", ResourceType: "OBJECT", Elements: []Element{
				{"Code", "AccessForbidden"}, {"Message", "No & never."}, {"Method", "PUT"}, {"ResourceType", "OBJECT"}}}, ""},
		{"in a namespace", `<Error xmlns="urn:x"><Code>A</Code></Error>`, Document{Code: "A", Elements: []Element{{"Code", "A"}}}, ""},
		{"another case", `<Error><Resourcetype>OBJECT</Resourcetype></Error>`, Document{Elements: []Element{{"Resourcetype", "OBJECT"}}}, ""},
		{"cut short between elements", `<Error><Code>A</Code><Mess`, Document{Code: "A", Elements: []Element{{"Code", "A"}}}, "it is cut short"},
		{"cut short in an element", `<Error><Code>A`, Document{}, "it is cut short"},
		{"nested", `<Error><Code>A</Code><Details><Code>B</Code></Details></Error>`, Document{Code: "A", Elements: []Element{{"Code", "A"}, {"Details", ""}}}, ""},
		{"a bucket", `<Error><BucketName>b</BucketName></Error>`, Document{BucketName: "b", Elements: []Element{{"BucketName", "b"}}}, ""},
	} {
		got, err := Read(c.body)
		problem := ""
		if err != nil {
			problem = err.Error()
		}
		if diff := cmp.Diff(c.want, got); diff != "" || problem != c.problem {
			t.Errorf("%s: %q, want %q; document (-want +got):\n%s", c.name, problem, c.problem, diff)
		}
	}
}

// A document is the same however often it is read, and however many others are read in between.
func TestReadAgain(t *testing.T) {
	long := strings.Repeat("x", longestKept)
	body := func(n int) string { return fmt.Sprintf("<Error><Code>A%d</Code></Error>", n) }
	for _, n := range []int{0, 1, mostKept, 0, 2*mostKept + 1, 1} {
		for i := range n + 1 {
			if d, err := Read(body(i)); err != nil || d.Code != fmt.Sprintf("A%d", i) {
				t.Fatalf("%q, %v of %s", d.Code, err, body(i))
			}
		}
		if d, err := Read("<Error><Code>" + long + "</Code></Error>"); err != nil || d.Code != long {
			t.Fatalf("%.10q, %v of a long one", d.Code, err)
		}
		if d, err := Read("<Error><Code>A</Code>"); !errors.Is(err, ErrCutShort) || d.Code != "A" {
			t.Fatalf("%q, %v of one that is cut short", d.Code, err)
		}
		if len(kept.by) > mostKept {
			t.Fatalf("%d are kept", len(kept.by))
		}
	}
}

func TestLike(t *testing.T) {
	d, err := Read("<Error><Resourcetype>OBJECT</Resourcetype><ResourceType>BUCKET</ResourceType><Type>x</Type></Error>")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Element{{"Resourcetype", "OBJECT"}}, d.Like("ResourceType")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSame(t *testing.T) {
	a, _ := Read("<Error><Code>A</Code><RequestId>1</RequestId></Error>")
	b, _ := Read("<Error><Code>A</Code><RequestId>2</RequestId></Error>")
	c, _ := Read("<Error><Code>A</Code><Method>PUT</Method></Error>")
	if !a.Same(b) || a.Same(c) {
		t.Errorf("%v, %v", a.Same(b), a.Same(c))
	}
}

// Whatever comes, it is read without a panic, and a whole document is XML.
func FuzzRead(f *testing.F) {
	f.Add("<Error><Code>A</Code></Error>")
	f.Add("<!DOCTYPE a [<!ENTITY b 'c'>]><Error>&b;</Error>")
	f.Add(xml.Header + "\n<Error><Code>A</Code>\n<Message>It&#39;s so &amp; so.</Message></Error>\n")
	f.Fuzz(func(t *testing.T, body string) {
		doc, err := Read(body)
		var document struct {
			XMLName xml.Name `xml:"Error"`
		}
		if err == nil && len(doc.Elements) == 0 && xml.Unmarshal([]byte(body), &document) != nil {
			t.Errorf("%q was read, and is no XML", body)
		}
	})
}
