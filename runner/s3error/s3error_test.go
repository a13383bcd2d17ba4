package s3error

import (
	"encoding/xml"
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

// What is read the short way is read as encoding/xml reads it; and most of what servers send is.
func TestReadPlain(t *testing.T) {
	for body, plain := range map[string]bool{
		"<Error></Error>":                                        true,
		"<Error><Code>A</Code></Error>":                          true,
		"<Error>\n  <Code>A</Code>\n</Error>\n":                  true,
		declaration + "\n<Error><Code>A b</Code><M></M></Error>": true,
		"<Error><Code>A</Code></Error>\n\n":                      false,
		"<Error/>":                                               false,
		" <Error></Error>":                                       false,
		"<Error xmlns='u'></Error>":                              false,
		"<Error><Code/></Error>":                                 false,
		"<Error><Code a='b'>A</Code></Error>":                    false,
		"<Error><Code>A</code></Error>":                          false,
		"<Error><Code>a&amp;b&#39;&lt;</Code></Error>":           true,
		"<Error><Code>&amp</Code></Error>":                       false,
		"<Error><Code>&other;</Code></Error>":                    false,
		"<Error><Code>&#38;</Code></Error>":                      false,
		"<Error><Code>]]></Code></Error>":                        false,
		"<Error><Code>a\r\nb</Code></Error>":                     false,
		"<Error><Code>\u00e9</Code></Error>":                     false,
		"<Error><Code>A<B>b</B></Code></Error>":                  false,
		"<Error>text<Code>A</Code></Error>":                      false,
		"<Error><Code>A</Code></Error><!-- -->":                  false,
		"<Error><Code>A</Code>":                                  false,
	} {
		if _, got := readPlain(body); got != plain {
			t.Errorf("%q is read the short way: %v, want %v", body, got, plain)
		}
		alike(t, body)
	}
}

// alike fails unless a document that is read the short way is read in full alike.
func alike(t *testing.T, body string) {
	t.Helper()
	short, ok := readPlain(body)
	if !ok {
		return
	}
	full, err := readXML(body)
	if diff := cmp.Diff(full, short); diff != "" || err != nil {
		t.Errorf("%q is read otherwise in full: %v (-full +short):\n%s", body, err, diff)
	}
}

// Whatever comes, it is read without a panic, and a whole document is XML.
func FuzzRead(f *testing.F) {
	f.Add("<Error><Code>A</Code></Error>")
	f.Add("<!DOCTYPE a [<!ENTITY b 'c'>]><Error>&b;</Error>")
	f.Add(declaration + "\n<Error><Code>A</Code>\n<Message>It&#39;s so &amp; so.</Message></Error>\n")
	f.Fuzz(func(t *testing.T, body string) {
		alike(t, body)
		doc, err := Read(body)
		var document struct {
			XMLName xml.Name `xml:"Error"`
		}
		if err == nil && len(doc.Elements) == 0 && xml.Unmarshal([]byte(body), &document) != nil {
			t.Errorf("%q was read, and is no XML", body)
		}
	})
}
