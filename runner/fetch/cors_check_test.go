package fetch_test

import (
	"testing"

	"corsprobe/runner/fetch"
)

func TestCORSCheck(t *testing.T) {
	const acao, acac = "Access-Control-Allow-Origin: ", "Access-Control-Allow-Credentials: "
	const shown = `the answer has Access-Control-Allow-Origin `
	tests := []struct {
		name        string
		origin      string
		credentials fetch.Credentials
		headers     []string
		reason      fetch.Reason
		sentence    string
	}{
		{"star", page, fetch.Omit, []string{acao + "*"}, "", ""},
		{"star in same-origin mode", page, fetch.SameOrigin, []string{acao + "*"}, "", ""},
		{"star in the zero mode", page, "", []string{acao + "*"}, "", ""},
		{"star with a useless credentials header", page, fetch.Omit, []string{acao + "*", acac + "true"}, "", ""},
		{"star and page null", "null", fetch.Omit, []string{acao + "*"}, "", ""},
		{"the origin", page, fetch.Omit, []string{acao + page}, "", ""},
		{"the origin, credentials header wrong but not asked for", page, fetch.Omit, []string{acao + page, acac + "no"}, "", ""},
		{"white space around", page, fetch.Omit, []string{acao + " \t" + page + " "}, "", ""},
		{"name in lower case", page, fetch.Omit, []string{"access-control-allow-origin: " + page}, "", ""},
		{"null for null", "null", fetch.Omit, []string{acao + "null"}, "", ""},
		{"IPv6 and port", "http://[::1]:8080", fetch.Omit, []string{acao + "http://[::1]:8080"}, "", ""},
		{"the origin and true", page, fetch.Include, []string{acao + page, acac + "true"}, "", ""},
		{"null and true", "null", fetch.Include, []string{acao + "null", acac + "true"}, "", ""},

		{"no header", page, fetch.Omit, nil, fetch.AllowOriginMissing, "the answer has no Access-Control-Allow-Origin"},
		{"no header but credentials", page, fetch.Include, []string{acac + "true"},
			fetch.AllowOriginMissing, "the answer has no Access-Control-Allow-Origin"},
		{"empty", page, fetch.Omit, []string{acao},
			fetch.AllowOriginInvalid, shown + `"", which is not an origin: it is empty`},
		{"empty for an empty origin", "", fetch.Omit, []string{acao},
			fetch.AllowOriginInvalid, shown + `"", which is not an origin: it is empty`},
		{"host alone", page, fetch.Omit, []string{acao + "app.example.com"},
			fetch.AllowOriginInvalid, shown + `"app.example.com", which is not an origin: it has no scheme, such as https://`},
		{"pattern without scheme", page, fetch.Omit, []string{acao + "*.example.com"},
			fetch.AllowOriginInvalid, shown + `"*.example.com", which is not an origin: it has no scheme, such as https://`},
		{"scheme alone", page, fetch.Omit, []string{acao + "https://"},
			fetch.AllowOriginInvalid, shown + `"https://", which is not an origin: it has no host`},
		{"one slash", page, fetch.Omit, []string{acao + "https:/app.example.com"},
			fetch.AllowOriginMismatch, shown + `"https:/app.example.com", not "https://app.example.com": it lacks the two slashes after its scheme`},
		{"no slash", page, fetch.Omit, []string{acao + "https:app.example.com"},
			fetch.AllowOriginMismatch, shown + `"https:app.example.com", not "https://app.example.com": it lacks the two slashes after its scheme`},
		{"a port without a host", page, fetch.Omit, []string{acao + "https://:443"},
			fetch.AllowOriginInvalid, shown + `"https://:443", which is not an origin: it has no host`},
		{"two lines", page, fetch.Omit, []string{acao + page, acao + "https://b.example.com"}, fetch.AllowOriginMultiple,
			`the answer has 2 lines of Access-Control-Allow-Origin, which a browser joins to "https://app.example.com, https://b.example.com": only one value is allowed`},
		{"the same line twice", page, fetch.Omit, []string{acao + page, acao + page}, fetch.AllowOriginMultiple,
			`the answer has 2 lines of Access-Control-Allow-Origin, which a browser joins to "https://app.example.com, https://app.example.com": only one value is allowed`},
		{"star twice", page, fetch.Omit, []string{acao + "*", acao + "*"}, fetch.AllowOriginMultiple,
			`the answer has 2 lines of Access-Control-Allow-Origin, which a browser joins to "*, *": only one value is allowed`},
		{"list with a comma", page, fetch.Omit, []string{acao + page + ",*"},
			fetch.AllowOriginMultiple, shown + `"https://app.example.com,*": only one origin, or *, is allowed`},
		{"list with a space", page, fetch.Omit, []string{acao + "https://a.example.com https://app.example.com"},
			fetch.AllowOriginMultiple, shown + `"https://a.example.com https://app.example.com": only one origin, or *, is allowed`},
		{"another", page, fetch.Omit, []string{acao + "https://b.example.com"},
			fetch.AllowOriginMismatch, shown + `"https://b.example.com", not "https://app.example.com"`},
		{"null for a page", page, fetch.Omit, []string{acao + "null"},
			fetch.AllowOriginMismatch, shown + `"null", not "https://app.example.com"`},
		{"a page for null", "null", fetch.Omit, []string{acao + page},
			fetch.AllowOriginMismatch, shown + `"https://app.example.com", not "null"`},
		{"NULL for null", "null", fetch.Omit, []string{acao + "NULL"},
			fetch.AllowOriginInvalid, shown + `"NULL", which is not an origin: it has no scheme, such as https://`},
		{"slash", page, fetch.Omit, []string{acao + page + "/"},
			fetch.AllowOriginMismatch, shown + `"https://app.example.com/", not "https://app.example.com": it ends in a slash, and an origin has none`},
		{"upper case", page, fetch.Omit, []string{acao + "https://APP.example.com"},
			fetch.AllowOriginMismatch, shown + `"https://APP.example.com", not "https://app.example.com": it has upper-case letters, and browsers write lower case`},
		{"default port", page, fetch.Omit, []string{acao + page + ":443"},
			fetch.AllowOriginMismatch, shown + `"https://app.example.com:443", not "https://app.example.com": it names port 443, which browsers leave out for https`},
		{"other port", page, fetch.Omit, []string{acao + page + ":8443"},
			fetch.AllowOriginMismatch, shown + `"https://app.example.com:8443", not "https://app.example.com"`},
		{"other scheme", page, fetch.Omit, []string{acao + "http://app.example.com"},
			fetch.AllowOriginMismatch, shown + `"http://app.example.com", not "https://app.example.com"`},
		{"pattern", page, fetch.Omit, []string{acao + "https://*.example.com"},
			fetch.AllowOriginMismatch, shown + `"https://*.example.com", not "https://app.example.com": browsers take * in it for a plain character, not for a pattern`},
		{"prefix", page, fetch.Omit, []string{acao + "https://app.example.co"},
			fetch.AllowOriginMismatch, shown + `"https://app.example.co", not "https://app.example.com"`},

		{"star with credentials", page, fetch.Include, []string{acao + "*"},
			fetch.WildcardWithCredentials, shown + `"*", which does not cover a request with credentials`},
		{"star with credentials and true", page, fetch.Include, []string{acao + "*", acac + "true"},
			fetch.WildcardWithCredentials, shown + `"*", which does not cover a request with credentials`},
		{"credentials header absent", page, fetch.Include, []string{acao + page},
			fetch.CredentialsNotTrue, "the answer has no Access-Control-Allow-Credentials, and the request carries credentials"},
		{"True", page, fetch.Include, []string{acao + page, acac + "True"},
			fetch.CredentialsNotTrue, `the answer has Access-Control-Allow-Credentials "True": only "true" counts, in lower case and once`},
		{"false", page, fetch.Include, []string{acao + page, acac + "false"},
			fetch.CredentialsNotTrue, `the answer has Access-Control-Allow-Credentials "false": only "true" counts, in lower case and once`},
		{"true twice", page, fetch.Include, []string{acao + page, acac + "true", acac + "true"},
			fetch.CredentialsNotTrue, `the answer has Access-Control-Allow-Credentials "true, true": only "true" counts, in lower case and once`},
		{"credentials empty", page, fetch.Include, []string{acao + page, acac},
			fetch.CredentialsNotTrue, `the answer has Access-Control-Allow-Credentials "": only "true" counts, in lower case and once`},
		{"origin before credentials", page, fetch.Include, []string{acao + "https://b.example.com", acac + "True"},
			fetch.AllowOriginMismatch, shown + `"https://b.example.com", not "https://app.example.com"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			verdict(t, "check", fetch.CORSCheck(tt.origin, tt.credentials, head(tt.headers...)), tt.reason, tt.sentence)
		})
	}
}

func TestCORSCheckShowsTheHeader(t *testing.T) {
	v := fetch.CORSCheck(page, fetch.Omit, head("Server: x", "access-control-ALLOW-origin: https://a", "Access-Control-Allow-Origin: https://b"))
	equal(t, "line", v.Header, &head("access-control-ALLOW-origin: https://a, https://b")[0])
	v = fetch.CORSCheck(page, fetch.Include, head("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: TRUE"))
	equal(t, "line", v.Header, &head("Access-Control-Allow-Credentials: TRUE")[0])
	if v = fetch.CORSCheck(page, fetch.Omit, nil); v.Header != nil {
		t.Errorf("a header that is absent is shown: %v", v.Header)
	}
}
