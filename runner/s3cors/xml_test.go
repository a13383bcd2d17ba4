package s3cors

import "testing"

// full has every member.
func full() *Configuration {
	return one(Rule{
		ID: "a & b", AllowedOrigins: []string{"http://a", ""}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*", "x-amz-*"},
		ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: ptr(int32(3000)),
	})
}

const fullXML = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">` +
	`<CORSRule><ID>a &amp; b</ID><AllowedHeader>*</AllowedHeader><AllowedHeader>x-amz-*</AllowedHeader>` +
	`<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>http://a</AllowedOrigin><AllowedOrigin></AllowedOrigin>` +
	`<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule></CORSConfiguration>`

func TestXML(t *testing.T) {
	if got := string(full().XML()); got != fullXML {
		t.Errorf("the document is\n%s\nwant\n%s", got, fullXML)
	}
}

func TestParseXML(t *testing.T) {
	plain := one(Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}})
	for _, c := range []struct {
		desc, text string
		want       *Configuration
	}{
		{"what XML writes", fullXML, full()},
		{"without namespace, another order, indented, with comments", `
			<CORSConfiguration>
			  <!-- one rule -->
			  <CORSRule>
			    <AllowedOrigin>*</AllowedOrigin>
			    <AllowedMethod>GET</AllowedMethod>
			  </CORSRule>
			</CORSConfiguration>`, plain},
		{"a prefix for the namespace", `<s:CORSConfiguration xmlns:s="` + Namespace + `"><s:CORSRule><s:AllowedOrigin>*</s:AllowedOrigin><s:AllowedMethod>GET</s:AllowedMethod></s:CORSRule></s:CORSConfiguration>`, plain},
		{"no rules", `<CORSConfiguration/>`, &Configuration{}},
		{"an empty rule", `<CORSConfiguration><CORSRule/></CORSConfiguration>`, one(Rule{})},
		{"a value's white space is its own", `<CORSConfiguration><CORSRule><ID> a </ID></CORSRule></CORSConfiguration>`, one(Rule{ID: " a "})},
		{"a number's is not", `<CORSConfiguration><CORSRule><MaxAgeSeconds> -1 </MaxAgeSeconds></CORSRule></CORSConfiguration>`, one(Rule{MaxAgeSeconds: ptr(int32(-1))})},
	} {
		got, err := ParseXML([]byte(c.text))
		if err != nil || !Equal(got, c.want) {
			t.Errorf("%s: %s, %v", c.desc, Difference(c.want, got), err)
		}
	}
}

func TestParseXMLErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:     "line 1, column 1: there is no CORSConfiguration",
		`<a/>`: "line 1, column 1: the document is a, not CORSConfiguration",
		"<CORSConfiguration>\n<Rule/></CORSConfiguration>":                                                                             "line 2, column 1: unknown element Rule in CORSConfiguration",
		"<CORSConfiguration>\n<CORSRule><AllowedOrigins/></CORSRule></CORSConfiguration>":                                              "line 2, column 11: unknown element AllowedOrigins in CORSRule",
		"<CORSConfiguration>x</CORSConfiguration>":                                                                                     `line 1, column 20: text "x" between elements`,
		"<CORSConfiguration/><CORSConfiguration/>":                                                                                     "line 1, column 21: a second document follows the first",
		"<CORSConfiguration><CORSRule><ID/>\n<ID/></CORSRule></CORSConfiguration>":                                                     "line 2, column 1: a second ID in one CORSRule",
		"<CORSConfiguration><CORSRule><MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>1</MaxAgeSeconds></CORSRule></CORSConfiguration>": "line 1, column 62: a second MaxAgeSeconds in one CORSRule",
		"<CORSConfiguration><CORSRule>\n <MaxAgeSeconds>1s</MaxAgeSeconds></CORSRule></CORSConfiguration>":                             `line 2, column 2: MaxAgeSeconds is "1s", not a 32-bit integer`,
		"<CORSConfiguration><CORSRule><ID><b/></ID></CORSRule></CORSConfiguration>":                                                    "line 1, column 34: element b inside ID",
		`<CORSConfiguration xmlns="urn:x"/>`:                                                                                           `line 1, column 1: CORSConfiguration is in namespace "urn:x", not S3's`,
		"<CORSConfiguration>\n<CORSRule>":                                                                                              "line 2, column 11: unexpected EOF",
		"<CORSConfiguration></CORSRule>":                                                                                               "line 1, column 31: element <CORSConfiguration> closed by </CORSRule>",
	} {
		if got, err := ParseXML([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("ParseXML(%q) is %+v, %v; want error %q", text, got, err, want)
		}
	}
}

func FuzzParseXML(f *testing.F) {
	f.Add([]byte(fullXML))
	f.Add([]byte(`<CORSConfiguration><CORSRule><ID/><MaxAgeSeconds>0</MaxAgeSeconds></CORSRule></CORSConfiguration>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if cfg, err := ParseXML(data); err == nil {
			survives(t, cfg)
		}
	})
}

// survives: a configuration comes back from its XML as it was.
func survives(t *testing.T, cfg *Configuration) {
	t.Helper()
	back, err := ParseXML(cfg.XML())
	if err != nil {
		t.Fatalf("its XML does not parse: %v\n%s", err, cfg.XML())
	}
	if d := Difference(cfg, back); d != "" || !Same(cfg, back) {
		t.Fatalf("by way of XML, %s\n%s", d, cfg.XML())
	}
	Validate(cfg)
}

func BenchmarkParseXML(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseXML([]byte(fullXML)); err != nil {
			b.Fatal(err)
		}
	}
}
