package scenarios

// Unproved says why no scenario of the catalogue proves a fact; empty where one does, or should.
func Unproved(fact int) string { return unproved[fact] }

var unproved = map[int]string{
	14: "it needs a versioned object, which not every endpoint has",
	15: "it needs a second region",
	43: "it needs a website endpoint",
	71: "it speaks of services that have no CORS",
	75: "it needs a second region",
	76: "it is about time: the runner settles by polling",
	77: "it corrects AWS's documentation; fact 23 is what is proved",
	78: "it corrects AWS's documentation; fact 24 is what is proved",
	79: "it corrects AWS's documentation; fact 49 is what is proved",
	80: "it corrects AWS's documentation; fact 31 is what is proved",
	81: "it is about AWS's documentation; fact 5 is what is proved",
}
