package lint

import (
	"fmt"
	"strings"

	"corsprobe/runner/english"
	"corsprobe/runner/s3cors"
)

// refused lists everything that S3 refuses. S3 names one problem at a time; here every value is tried alone, so that all problems are named at once.
func refused(cfg *s3cors.Configuration) []Problem {
	everything := At{Rule: -1, Index: -1}
	if len(cfg.CORSRules) == 0 {
		return []Problem{found("CP101", everything, refusalSentence(s3cors.Validate(cfg)), "write at least one rule, or delete the configuration")}
	}
	var all []Problem
	if n := len(cfg.CORSRules); n > s3cors.MaxRules {
		all = append(all, found("CP110", everything, fmt.Sprintf("S3 refuses it: it has %d rules, and %d are allowed", n, s3cors.MaxRules), "put rules together: several origins and methods fit into one"))
	}
	if n := len(cfg.XML()); n > s3cors.MaxDocument {
		all = append(all, found("CP111", everything, fmt.Sprintf("S3 refuses it: as XML it is %d bytes long, and %d are allowed", n, s3cors.MaxDocument), "put rules together, or cover origins by a pattern"))
	}
	for i, r := range cfg.CORSRules {
		all = append(all, refusedInRule(i, r)...)
	}
	return all
}

// trial is a rule with nothing but one value that may be refused.
type trial struct {
	at   At
	rule s3cors.Rule
}

func refusedInRule(index int, r s3cors.Rule) []Problem {
	var all []Problem
	for _, t := range trials(r) {
		if refusal := s3cors.Validate(&s3cors.Configuration{CORSRules: []s3cors.Rule{t.rule}}); refusal != nil {
			t.at.Rule = index
			all = append(all, refusalAt(refusal, t.at))
		}
	}
	return all
}

func trials(r s3cors.Rule) []trial {
	fine := func() s3cors.Rule {
		return s3cors.Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}}
	}
	var all []trial
	if len(r.AllowedOrigins) == 0 {
		all = append(all, trial{whole("AllowedOrigins"), s3cors.Rule{AllowedMethods: []string{"GET"}}})
	}
	if len(r.AllowedMethods) == 0 {
		all = append(all, trial{whole("AllowedMethods"), s3cors.Rule{AllowedOrigins: []string{"*"}}})
	}
	each := func(field string, values []string, list func(*s3cors.Rule) *[]string) {
		for i, v := range values {
			alone := fine()
			*list(&alone) = []string{v}
			all = append(all, trial{At{Field: field, Index: i, Value: v}, alone})
		}
	}
	each("AllowedOrigins", r.AllowedOrigins, func(a *s3cors.Rule) *[]string { return &a.AllowedOrigins })
	each("AllowedMethods", r.AllowedMethods, func(a *s3cors.Rule) *[]string { return &a.AllowedMethods })
	each("AllowedHeaders", r.AllowedHeaders, func(a *s3cors.Rule) *[]string { return &a.AllowedHeaders })
	each("ExposeHeaders", r.ExposeHeaders, func(a *s3cors.Rule) *[]string { return &a.ExposeHeaders })
	named, aged := fine(), fine()
	named.ID, aged.MaxAgeSeconds = r.ID, r.MaxAgeSeconds
	return append(all, trial{whole("ID"), named}, trial{whole("MaxAgeSeconds"), aged})
}

// refusalSentence says what S3 answers. Only texts that are known to be S3's are quoted.
func refusalSentence(r *s3cors.Refusal) string {
	switch {
	case r.MayAccept:
		return "some endpoints refuse this, others take it"
	case r.Message != "":
		return fmt.Sprintf("S3 refuses it with %s: %s", r.Code, strings.TrimSuffix(r.Message, "."))
	}
	return "S3 refuses it with " + r.Code
}

// refusalAt is the problem of one refusal.
func refusalAt(r *s3cors.Refusal, at At) Problem {
	switch at.Field {
	case "AllowedOrigins":
		if at.Index < 0 {
			return found("CP102", at, refusalSentence(r), "list at least one origin")
		}
		return found("CP105", at, refusalSentence(r), "use one * at most; several patterns may stand in one list")
	case "AllowedMethods":
		if at.Index < 0 {
			return found("CP103", at, refusalSentence(r), "list at least one of GET, PUT, POST, DELETE and HEAD")
		}
		return badMethod(at, refusalSentence(r))
	case "AllowedHeaders":
		if strings.Count(at.Value, "*") > 1 {
			return found("CP106", at, refusalSentence(r), "use one * at most; several patterns may stand in one list")
		}
		return badName("CP109", at, refusalSentence(r))
	case "ExposeHeaders":
		if strings.Contains(at.Value, "*") {
			return found("CP107", at, refusalSentence(r), "write each header's whole name: no wildcard is understood here")
		}
		p := badName("CP108", at, refusalSentence(r))
		if r.MayAccept {
			p.Severity = Warning
		}
		return p
	case "ID":
		return found("CP112", at, refusalSentence(r), fmt.Sprintf("write at most %d characters", s3cors.MaxID))
	}
	return found("CP113", at, refusalSentence(r), "write a number of seconds, 0 or more")
}

// badMethod says what was meant: another case, several methods in one entry, or one that S3 has not.
func badMethod(at At, what string) Problem {
	p := found("CP104", at, what, "write GET, PUT, POST, DELETE or HEAD, in upper case")
	var meant []string
	for word := range strings.FieldsFuncSeq(strings.ToUpper(at.Value), func(r rune) bool { return strings.ContainsRune(" ,;|\t\r\n", r) }) {
		meant = append(meant, word)
	}
	switch {
	case len(meant) > 0 && allMethods(meant):
		p.Do = "write " + english.And(meant)
		if len(meant) > 1 {
			p.Do += ", each as an entry of its own"
		}
		p.Mend = with(meant...)
	case at.Value == "*":
		p.Do = "write the methods out: S3 has no wildcard for them"
	case strings.EqualFold(at.Value, "OPTIONS"):
		p.Do = "leave it out: preflights are answered without it, and pages need it nowhere"
		p.Mend = remove
	case strings.EqualFold(at.Value, "PATCH"):
		p.Do = "leave it out: S3 has no such operation"
		p.Mend = remove
	}
	return p
}

func allMethods(words []string) bool {
	for _, w := range words {
		switch w {
		case "GET", "PUT", "POST", "DELETE", "HEAD":
		default:
			return false
		}
	}
	return true
}

// badName says what was meant: several names in one entry, a name with its value, or blanks around it.
func badName(id string, at At, what string) Problem {
	p := found(id, at, what, "write a header's name alone")
	name, _, hasValue := strings.Cut(at.Value, ":")
	words := strings.FieldsFunc(at.Value, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) })
	switch {
	case at.Value == "":
		p.Do, p.Mend = "leave it out: it is no name", remove
	case hasValue && isName(strings.TrimSpace(name)):
		p.What = "a value stands behind the name, and no preflight asks for that: " + what
		p.Do, p.Mend = "write the name alone: "+strings.TrimSpace(name), with(strings.TrimSpace(name))
	case len(words) > 0 && strings.ContainsAny(at.Value, ",;") && allNames(words), len(words) == 1 && isName(words[0]):
		p.Do, p.Mend = "write "+english.And(words), with(words...)
		if len(words) > 1 {
			p.What = number(len(words)) + " names stand in one entry, and no preflight asks for that: " + what
			p.Do += ", each as an entry of its own"
		}
	case strings.Contains(strings.TrimSpace(at.Value), " ") && isName(strings.ReplaceAll(strings.TrimSpace(at.Value), " ", "-")):
		p.Do = "write a name, such as " + strings.ReplaceAll(strings.TrimSpace(at.Value), " ", "-")
	}
	return p
}
