package corsfile

// kind is what a node holds.
type kind int

const (
	nothing kind = iota // JSON's and YAML's null
	text
	number
	boolean
	list
	object
	unknown // an expression that only its own tool can resolve
)

// node is a value of any of the formats. All of them become this one tree, so that shapes are looked for in one place.
type node struct {
	kind    kind
	at      span   // where it stands; end is start where the end is not known
	outer   span   // XML: with its tags
	text    string // a scalar's value, or an expression as it is written
	members []member
	items   []node
	style   style
}

// style is how a list or a text is written, for edits.
type style int

const (
	flow  style = iota // [a, b]
	block              // YAML's lines of dashes
	tags               // an element of XML
)

// member is a key and its value. Keys may repeat: in XML that is a list, elsewhere a mistake.
type member struct {
	key   string
	at    span
	value node
}

// get is the last value of a key, as readers of JSON have it; nil where there is none.
func (n *node) get(key string) *node {
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].key == key {
			return &n.members[i].value
		}
	}
	return nil
}

// textOf is the text of a key, empty where there is none.
func (n *node) textOf(key string) string {
	if value := n.get(key); value != nil && value.kind == text {
		return value.text
	}
	return ""
}

// describe names what a node holds, for a sentence.
func (n *node) describe() string {
	switch n.kind {
	case nothing:
		return "null"
	case text:
		return "a string"
	case number:
		return "a number"
	case boolean:
		return "true or false"
	case list:
		return "a list"
	case object:
		return "an object"
	}
	return "an expression"
}
