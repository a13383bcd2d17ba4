package fuzz

import (
	"slices"
	"strings"

	"corsprobe/runner/s3cors"
)

// move makes a case smaller in one respect. It reports whether there was anything to do.
type move func(*suspect) bool

// boldMoves leave out states and rules, or all of one sort at once.
func (s *suspect) boldMoves() []move {
	all := []move{onlyLastState, stateBefore, plainQuestion, plainRules}
	all = append(all, s.stateMoves()...)
	return append(all, s.ruleMoves()...)
}

// moves are all ways to make a case smaller, the bold ones first.
func (s *suspect) moves() []move {
	all := append(s.boldMoves(), questionMoves...)
	all = append(all, s.nameMoves()...)
	all = append(all, s.furtherMoves()...)
	return append(all, s.textMoves()...)
}

func onlyLastState(s *suspect) bool {
	n := len(s.States)
	s.States = s.States[n-1:]
	return n > 1
}

// stateBefore asks before whatever the last state begins with.
func stateBefore(s *suspect) bool {
	n := len(s.States)
	if n < 2 || s.call {
		return false
	}
	questions := s.last().Questions
	s.States = s.States[:n-1]
	s.last().Questions = questions
	return true
}

// plainQuestion has all of the question at its default but origin, method and requested names.
func plainQuestion(s *suspect) bool {
	q := s.question()
	before := q.size()
	q.Target, q.Auth, q.Fields, q.Further = object, presigned, nil, nil
	return q.size() < before
}

// plainRules leaves out what takes no part in matching.
func plainRules(s *suspect) bool {
	before := s.size()
	for _, state := range s.States {
		if state.put() == nil {
			continue
		}
		for i := range state.put().CORSRules {
			r := &state.put().CORSRules[i]
			r.ID, r.ExposeHeaders, r.MaxAgeSeconds = "", nil, nil
		}
	}
	return s.size() < before
}

// stateMoves leave out one state of those before the last. A life does not begin with a deletion, nor has it two in a row.
func (s *suspect) stateMoves() []move {
	var all []move
	for i := range len(s.States) - 1 {
		all = append(all, func(s *suspect) bool {
			if i >= len(s.States)-1 {
				return false
			}
			s.States = slices.Delete(s.States, i, i+1)
			if s.States[i].deletes() && i > 0 && s.States[i-1].deletes() {
				s.States = slices.Delete(s.States, i-1, i)
			}
			for len(s.States) > 1 && s.States[0].put() == nil {
				s.States = s.States[1:]
			}
			return len(s.last().Questions) > 0
		})
	}
	return all
}

// manyRules is how many rules are tried one by one; of more, halves and eighths.
const manyRules = 8

// ruleMoves leave out rules, and members of their lists.
func (s *suspect) ruleMoves() []move {
	var all []move
	for at, state := range s.States {
		if state.put() == nil {
			continue
		}
		rules := len(state.put().CORSRules)
		if rules > manyRules {
			for n := rules / 2; n > 0; n /= 2 {
				all = append(all, dropRules(at, 0, n), dropRules(at, rules-n, rules))
			}
			part := (rules + manyRules - 1) / manyRules
			for from := 0; from < rules; from += part {
				all = append(all, dropRules(at, from, min(from+part, rules)))
			}
			continue
		}
		for i := range rules {
			if rules > 1 {
				all = append(all, keepRules(at, i, i+1), dropRules(at, i, i+1))
			}
			all = append(all, memberMoves(at, i, state.put().CORSRules[i])...)
		}
	}
	return all
}

func keepRules(at, from, to int) move {
	return inState(at, func(cfg *s3cors.Configuration) bool {
		if to > len(cfg.CORSRules) || to-from == len(cfg.CORSRules) {
			return false
		}
		cfg.CORSRules = cfg.CORSRules[from:to]
		return true
	})
}

func dropRules(at, from, to int) move {
	return inState(at, func(cfg *s3cors.Configuration) bool {
		if to > len(cfg.CORSRules) || to-from == len(cfg.CORSRules) {
			return false
		}
		cfg.CORSRules = slices.Delete(cfg.CORSRules, from, to)
		return true
	})
}

func inState(at int, change func(*s3cors.Configuration) bool) move {
	return func(s *suspect) bool {
		return at < len(s.States) && s.States[at].CORS != nil && change(s.States[at].CORS)
	}
}

// inRule changes a rule that is still there.
func inRule(at, i int, change func(*s3cors.Rule)) move {
	return inState(at, func(cfg *s3cors.Configuration) bool {
		if i >= len(cfg.CORSRules) {
			return false
		}
		change(&cfg.CORSRules[i])
		return true
	})
}

// memberMoves leave each list of a rule one member, none where it may have none, or all but one.
func memberMoves(at, i int, r s3cors.Rule) []move {
	lists := []struct {
		of    func(*s3cors.Rule) *[]string
		empty bool
	}{
		{func(r *s3cors.Rule) *[]string { return &r.AllowedOrigins }, false},
		{func(r *s3cors.Rule) *[]string { return &r.AllowedMethods }, false},
		{func(r *s3cors.Rule) *[]string { return &r.AllowedHeaders }, true},
		{func(r *s3cors.Rule) *[]string { return &r.ExposeHeaders }, true},
	}
	all := []move{
		inRule(at, i, func(r *s3cors.Rule) { r.ID = "" }),
		inRule(at, i, func(r *s3cors.Rule) { r.MaxAgeSeconds = nil }),
	}
	for _, list := range lists {
		members := *list.of(&r)
		if list.empty && len(members) > 0 {
			all = append(all, inRule(at, i, func(r *s3cors.Rule) { *list.of(r) = nil }))
		}
		if len(members) < 2 {
			continue
		}
		for k, member := range members {
			all = append(all,
				inRule(at, i, func(r *s3cors.Rule) { *list.of(r) = []string{member} }),
				inRule(at, i, func(r *s3cors.Rule) { *list.of(r) = slices.Delete(slices.Clone(members), k, k+1) }))
		}
	}
	return all
}

// questionMoves give the question one default each.
var questionMoves = []move{
	func(s *suspect) bool { s.last().Digest = ""; return true },
	func(s *suspect) bool { s.question().Target = object; return true },
	func(s *suspect) bool { s.question().Auth = presigned; return true },
	func(s *suspect) bool { s.question().Fields = nil; return true },
	func(s *suspect) bool { s.question().Request = nil; return true },
	func(s *suspect) bool { return s.send(Preflight) },
	func(s *suspect) bool { return s.send(Actual) },
	func(s *suspect) bool { return s.method("GET") },
	func(s *suspect) bool { return s.method("PUT") },
}

// send leaves out one of the two exchanges.
func (s *suspect) send(only Send) bool {
	q := s.question()
	if q.Send != Both {
		return false
	}
	q.Send = only
	*q = q.sendable()
	return q.Send == only
}

// method asks by a simpler method, and allows that where the other was allowed.
func (s *suspect) method(simple string) bool {
	q := s.question()
	old := q.Method
	for _, state := range s.States {
		if state.put() == nil {
			continue
		}
		for i := range state.put().CORSRules {
			r := &state.put().CORSRules[i]
			if slices.Contains(r.AllowedMethods, old) && !slices.Contains(r.AllowedMethods, simple) {
				r.AllowedMethods = slices.Clone(r.AllowedMethods)
				r.AllowedMethods[slices.Index(r.AllowedMethods, old)] = simple
			}
		}
	}
	q.Method = simple
	*q = q.sendable()
	return old != "" && old != simple
}

// namesOf are the members of a list of requested headers.
func namesOf(list string) []string { return strings.Split(list, ",") }

// nameMoves leave out requested names, and header lines.
func (s *suspect) nameMoves() []move {
	var all []move
	q := s.question()
	if q.Request != nil {
		members := namesOf(*q.Request)
		keep := func(some ...string) {
			if value := strings.Join(some, ","); len(some) > 0 && len(value) < len(*q.Request) {
				all = append(all, func(s *suspect) bool { s.question().Request = &value; return true })
			}
		}
		half := len(members) / 2
		keep(members[:half]...)
		keep(members[half:]...)
		for i, member := range members[:min(len(members), manyRules)] {
			keep(member)
			keep(strings.Trim(member, " \t"))
			keep(slices.Delete(slices.Clone(members), i, i+1)...)
		}
		if len(members) > manyRules {
			keep(members[:len(members)-1]...)
			keep(members[:len(members)*7/8]...)
		}
	}
	for i := range q.Fields {
		all = append(all, func(s *suspect) bool {
			if q := s.question(); i < len(q.Fields) {
				q.Fields = slices.Delete(q.Fields, i, i+1)
				return true
			}
			return false
		})
	}
	return all
}

// textMoves shorten what stands in configuration and question alike: hosts, ports and names, everywhere at once.
func (s *suspect) textMoves() []move {
	var all []move
	q := s.question()
	if q.Origin != nil {
		_, rest, _ := strings.Cut(*q.Origin, "://")
		host, port := splitPort(rest)
		if port != "" {
			all = append(all, everywhere(port, ""))
		}
		if len(host) > len("a.test") {
			all = append(all, everywhere(host, "a.test"), everywhere(host, "app.example.com"))
		}
	}
	if q.Origin != nil {
		all = append(all, func(s *suspect) bool { s.question().Origin = new("https://a.test"); return true })
	}
	for at, state := range s.States {
		if state.put() == nil || len(state.put().CORSRules) > manyRules {
			continue
		}
		for i, r := range state.put().CORSRules {
			all = append(all, plainer(at, i, "https://app.example.com"))
			if q.Origin != nil {
				all = append(all, plainer(at, i, *q.Origin))
			}
			for _, pattern := range r.AllowedOrigins {
				if _, rest, found := strings.Cut(pattern, "://"); found && !strings.Contains(rest, "*") && rest != "app.example.com" {
					all = append(all, everywhere(rest, "app.example.com"))
				}
			}
		}
	}
	return all
}

// plainer has a rule list one origin without a star.
func plainer(at, i int, origin string) move {
	return inRule(at, i, func(r *s3cors.Rule) { r.AllowedOrigins = []string{origin} })
}

// everywhere replaces a text in all origins.
func everywhere(old, with string) move {
	return func(s *suspect) bool {
		for _, state := range s.States {
			if state.put() == nil {
				continue
			}
			for i := range state.put().CORSRules {
				origins := state.put().CORSRules[i].AllowedOrigins
				for k := range origins {
					origins[k] = strings.ReplaceAll(origins[k], old, with)
				}
			}
		}
		if q := s.question(); q.Origin != nil {
			q.Origin = new(strings.ReplaceAll(*q.Origin, old, with))
		}
		return true
	}
}

// smaller are the cases that moves lead to: those that S3 takes, that are smaller, and each once.
func (s *suspect) smaller(moves []move) (all []suspect, by []move) {
	seen := map[string]bool{}
	for _, m := range moves {
		if next, ok := s.moved(m); ok && !seen[next.text()] {
			seen[next.text()] = true
			all, by = append(all, next), append(by, m)
		}
	}
	return all, by
}

// moved is the suspect after a move; false where that leads nowhere.
func (s *suspect) moved(each ...move) (suspect, bool) {
	next := *s
	next.Case = s.clone()
	some := false
	for _, m := range each {
		trial := next
		trial.Case = next.clone()
		if !m(&trial) {
			continue
		}
		trial.follow()
		if trial.sound() && trial.size() < next.size() {
			next, some = trial, true
		}
	}
	return next, some
}

// sound reports that a case can be asked.
func (s *suspect) sound() bool {
	for _, state := range s.States {
		if state.Refused != nil && !state.refuses() || state.CORS != nil && s3cors.Validate(state.CORS) != nil {
			return false
		}
	}
	q := s.question()
	if q.Origin != nil && slices.Contains([]string{"none", "adversarial"}, *q.Origin) || s.States[0].Call != "" {
		return false
	}
	*q = q.sendable()
	return q.Further[operations] != "PutBucketCors" || s.last().CORS != nil
}

// text identifies a case.
func (s *suspect) text() string {
	text, _ := YAML(s.Case, "x", "", nil) // a struct of strings can be written
	return string(text)
}
