package s3cors

// Evaluate says what S3 owes to a request on a bucket with this configuration; nil: the bucket has none. It expects a
// configuration that [Validate] accepts.
func Evaluate(cfg *Configuration, req Request) Owed {
	owed, first := answers(cfg, req)
	owed.Explanation = first.explanation(cfg)
	return owed
}

// Answers is [Evaluate] without an explanation, which takes most of its time.
func Answers(cfg *Configuration, req Request) Owed {
	owed, _ := answers(cfg, req)
	return owed
}

func answers(cfg *Configuration, req Request) (Owed, verdict) {
	p := &picks{}
	first := decide(cfg, req, p)
	answers := []Answer{first.taken(p)}
	for p.next() {
		answers = appendNew(answers, decide(cfg, req, p).taken(p))
	}
	if len(answers) == 1 {
		answers[0].Choices = nil // what was open made no difference
	}
	return Owed{Answers: answers, Rule: first.rule}, first
}

// appendNew leaves out an answer that asserts what another does already.
func appendNew(answers []Answer, next Answer) []Answer {
	for _, known := range answers {
		if known.asserts(next) {
			return answers
		}
	}
	return append(answers, next)
}

// verdict is what is owed on one way through the open points.
type verdict struct {
	answer Answer
	rule   int    // index of the rule that answers, -1: none
	why    string // a sentence; with ruled set, it precedes what the rules made of it
	ruled  bool   // the rules were tried
	asked  asked
}

func (v verdict) taken(p *picks) Answer {
	v.answer.Choices = p.choices()
	return v.answer
}

// decide gives the answer on the way that p takes.
func decide(cfg *Configuration, req Request, p *picks) verdict {
	a := read(req, p)
	if a.preflight {
		return preflight(cfg, req, a, p)
	}
	return actual(cfg, req, a, p)
}
