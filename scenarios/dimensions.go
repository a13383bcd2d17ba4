package scenarios

import (
	"slices"
	"strings"

	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

// Dimensions lists every dimension, in the order in which the parts of an id stand.
func Dimensions() []Dimension { return slices.Clone(dimensions) }

// dimensions is the table. What is added goes to its end, with a field of [Cell] and an application in package runner.
var dimensions []Dimension

// The table is filled here, for reading a matrix looks into it.
func init() {
	dimensions = []Dimension{
		targets(), addressing(), authorisations(), origins(), methods(), headers(),
		operations(), clients(), sizes(), keys(), connections(), queryParameters(),
	}
	for i := range dimensions {
		dimensions[i].usual = dimensions[i].defaultText()
	}
}

// Target is what a cell's URL names.
type Target string

// The targets.
const (
	Object         Target = "object"
	NestedObject   Target = "nested-object" // one in folders, its key full of characters that a URL must escape
	MissingObject  Target = "missing-object"
	Part           Target = "part" // of an upload that does not exist
	Bucket         Target = "bucket"
	BucketSlash    Target = "bucket-slash" // the bucket's URL with a slash at its end
	Listing        Target = "listing"      // the bucket's URL with ?list-type=2
	Uploads        Target = "uploads"      // the bucket's URL with ?uploads
	BucketLocation Target = "location"     // the bucket's URL with ?location
	Service        Target = "service"      // the endpoint's root, which belongs to no bucket
	MissingBucket  Target = "missing-bucket"
	OtherBucket    Target = "other-bucket"   // an object of another bucket of the run's, which has no configuration
	LongerBucket   Target = "longer-bucket"  // the same, of one whose name begins with this bucket's
	DeletedBucket  Target = "deleted-bucket" // an object of a bucket that had this configuration and was deleted with it
)

// OfObject reports that a target's URL names an object, whether or not it is there.
func (t Target) OfObject() bool {
	return t == Object || t == NestedObject || t == MissingObject || t == Part
}

func targets() Dimension {
	d := Dimension{Key: "targets", Name: "target", Always: true, Doc: "What the URL names. Default: object."}
	return words(d, func(c *Cell) *Target { return &c.Target }, func(t Target) string { return " of " + noun(t) },
		Object, NestedObject, MissingObject, Part, Bucket, BucketSlash, Listing, Uploads, BucketLocation, Service, MissingBucket, OtherBucket, LongerBucket, DeletedBucket)
}

// noun is a target in a sentence.
func noun(t Target) string {
	switch t {
	case Object:
		return "an object"
	case OtherBucket:
		return "another bucket"
	case BucketSlash:
		return "a bucket with a slash"
	case Uploads:
		return "a bucket's uploads"
	case BucketLocation:
		return "a bucket's location"
	case Service:
		return "the service"
	default:
		return "a " + strings.ReplaceAll(string(t), "-", " ")
	}
}

// Addressing is a cell's URL style.
type Addressing string

// The URL styles; Auto is the endpoint's usual one.
const (
	Auto    Addressing = "auto"
	Path    Addressing = "path"
	Virtual Addressing = "virtual"
)

func addressing() Dimension {
	d := Dimension{Key: "addressing", Name: "addressing", Always: true, Doc: "Path or virtual-hosted style. Default: auto, the endpoint's usual one."}
	return words(d, func(c *Cell) *Addressing { return &c.Addressing }, func(a Addressing) string { return ", " + string(a) + "-style" }, Auto, Path, Virtual)
}

// Authorisation is how a cell's requests are authorised.
type Authorisation string

// The ways to authorise a request, or to fail at it.
const (
	Presigned Authorisation = "presigned" // in the query, for the cell's method; the preflight carries the same query
	Signed    Authorisation = "signed"    // in the Authorization header
	Anonymous Authorisation = "anonymous"
	Forged    Authorisation = "forged"  // presigned, with a wrong signature
	Expired   Authorisation = "expired" // presigned for one second, an hour ago
	// UnknownKey is presigned with an access key that does not exist.
	UnknownKey Authorisation = "unknown-key"
	// Version2 is presigned with the signature that S3 had before, and that newer regions and servers refuse.
	Version2 Authorisation = "version-2"
)

// Accepted reports that a server may do what is asked.
func (a Authorisation) Accepted() bool {
	return a != Anonymous && a != Forged && a != Expired && a != UnknownKey
}

func authorisations() Dimension {
	d := Dimension{Key: "authorisations", Name: "authorisation", Always: true, Doc: "How requests are authorised. Default: presigned, as a web application does."}
	return words(d, func(c *Cell) *Authorisation { return &c.Authorisation }, func(a Authorisation) string { return ", " + string(a) },
		Presigned, Signed, Anonymous, Forged, Expired, UnknownKey, Version2)
}

func origins() Dimension {
	return Dimension{
		Key: "origins", Name: "origin", Always: true, Required: true,
		Doc:    "Values of Origin; none sends no Origin; adversarial stands for the neighbours of the configured origins that a careless matcher confuses with them.",
		read:   (*decoder).textOrNone,
		schema: anyScalar,
		check:  func(d *decoder, v Value, at place) { d.headerValue("origin", v.Text, at) },
		expand: func(v Value, cfg *s3cors.Configuration, listed []Value) []Value {
			if v.Text == adversarial {
				return neighbours(cfg, listed)
			}
			return []Value{v}
		},
		set:     func(c *Cell, v *Value) { c.Origin, c.Adversarial = v.sent(), v.Adversarial },
		text:    func(c *Cell) string { return orNone(c.Origin) },
		part:    func(c *Cell) string { return originPart(c.Origin) },
		title:   originTitle,
		matches: func(pattern string, c Cell) bool { return pattern == adversarial && c.Adversarial != "" },
	}
}

// sent is what a value makes a request send; nil: nothing.
func (v *Value) sent() *string {
	if v.Absent {
		return nil
	}
	return &v.Text
}

func orNone(sent *string) string {
	if sent == nil {
		return noneWord
	}
	return *sent
}

func originTitle(c *Cell) string {
	if c.Origin == nil {
		return " without Origin"
	}
	return " from " + orWord(*c.Origin, "an empty Origin")
}

func methods() Dimension {
	return Dimension{
		Key: "methods", Name: "method", Always: true, standard: Value{Text: "GET"},
		Doc:    "The method a page would use: Access-Control-Request-Method of the preflight, method of the actual request. none sends no Access-Control-Request-Method. Default: GET.",
		read:   (*decoder).textOrNone,
		schema: anyScalar,
		check:  checkMethod,
		set:    func(c *Cell, v *Value) { c.Method = v.Text },
		text:   func(c *Cell) string { return orWord(c.Method, noneWord) },
		part:   func(c *Cell) string { return methodPart(c.Method) },
		title:  func(c *Cell) string { return orWord(c.Method, "no method") },
	}
}

// Headers is one value of the headers dimension: at most one of Request and Fields is set.
type Headers struct {
	Request *string // Access-Control-Request-Headers, sent as it stands; nil: not sent
	Fields  []Field // real headers, in the order of the file
}

// Field is one header line.
type Field struct{ Name, Value string }

func headers() Dimension {
	return Dimension{
		Key: "headers", Name: "headers", Always: true, standard: Value{Absent: true},
		Doc:    "Requested headers: a value of Access-Control-Request-Headers sent as it stands, none, or a mapping of real headers that the actual request carries and for which the preflight asks as a browser would. Default: none.",
		read:   readHeaders,
		schema: headersSchema,
		check:  checkHeaders,
		set:    setHeaders,
		text:   func(c *Cell) string { return c.Headers.String() },
		part:   func(c *Cell) string { return headersPart(c.Headers) },
		title:  headersTitle,
	}
}

// readHeaders reads none, a value of Access-Control-Request-Headers, or real headers. A quoted "none" is a header's name.
func readHeaders(d *decoder, n *yaml.Node) Value {
	before := len(d.errors)
	switch {
	case n.Kind == yaml.MappingNode:
		fields := d.fields(n)
		return Value{Absent: len(fields) == 0, Fields: fields, unread: len(d.errors) > before}
	case n.Kind == yaml.ScalarNode && n.Value == noneWord && n.Style == 0:
		return Value{Absent: true}
	default:
		return d.freeText(n)
	}
}

func setHeaders(c *Cell, v *Value) {
	c.Headers = Headers{Fields: v.Fields}
	if v.Fields == nil {
		c.Headers.Request = v.sent()
	}
}

func headersTitle(c *Cell) string {
	switch {
	case c.Headers.Request != nil:
		return " asking for " + orWord(*c.Headers.Request, "nothing")
	case len(c.Headers.Fields) > 0:
		return " with " + c.Headers.String()
	default:
		return ""
	}
}

// operations: an operation brings its own method, target and headers.
func operations() Dimension {
	names := []string{"any"}
	for _, o := range operationTable {
		names = append(names, o.Name)
	}
	d := words(Dimension{
		Key: "operations", Name: "operation",
		Doc: "One of S3's operations, with its own method, target, query, headers and body. Default: any, what target and method say.",
	}, func(c *Cell) *string { return &c.Operation }, func(name string) string { return ", " + name }, names...)
	d.set = func(c *Cell, v *Value) {
		c.Operation = v.Text
		if o, ok := OperationByName(v.Text); ok {
			c.Method, c.Target = o.Method, o.Target
			if o.Form != nil {
				c.Authorisation = Anonymous
			}
			if o.NoPreflight != "" {
				c.Send = slices.DeleteFunc(slices.Clone(c.Send), func(s Send) bool { return s == Preflight })
			}
		}
	}
	return d
}

// Client is who sends a cell's requests: what goes along beyond what a script asks for.
type Client string

// The clients.
const (
	Plain          Client = "plain"
	Chromium       Client = "chromium"        // a page of another site
	ChromiumSame   Client = "chromium-same"   // a page of the same site, on another origin
	ChromiumCookie Client = "chromium-cookie" // a page that sends credentials
	Firefox        Client = "firefox"
	Safari         Client = "safari"
	ChromiumImage  Client = "chromium-image"  // <img crossorigin>
	ChromiumVideo  Client = "chromium-video"  // <video crossorigin>, which wants nothing compressed
	ChromiumFont   Client = "chromium-font"   // @font-face
	ChromiumReload Client = "chromium-reload" // past every cache
	ChromiumLocal  Client = "chromium-local"  // a public page that asks for an address of the private network
	Proxied        Client = "proxied"         // the client is behind a proxy that says so
)

func clients() Dimension {
	d := Dimension{Key: "clients", Name: "client", Doc: "Who sends the requests: a browser adds Accept-Encoding, Accept-Language, Referer, Sec-Fetch-*, User-Agent and perhaps a Cookie. Default: plain."}
	return words(d, func(c *Cell) *Client { return &c.Client }, func(v Client) string { return ", as " + string(v) },
		Plain, Chromium, ChromiumSame, ChromiumCookie, Firefox, Safari, ChromiumImage, ChromiumVideo, ChromiumFont, ChromiumReload, ChromiumLocal, Proxied)
}

// Size is how much is read or written.
type Size string

// The sizes of an object.
const (
	SomeBytes   Size = "some-bytes"
	NoByte      Size = "no-byte"
	HundredKiB  Size = "100-KiB"
	TwoMebibyte Size = "2-MiB"
	SixMebibyte Size = "6-MiB" // more than the least part of a multipart upload
)

func sizes() Dimension {
	d := Dimension{Key: "sizes", Name: "size", Doc: "How large the object is that is read, and the body that is written. Default: some-bytes."}
	return words(d, func(c *Cell) *Size { return &c.Size }, func(v Size) string { return ", " + string(v) }, SomeBytes, NoByte, HundredKiB, TwoMebibyte, SixMebibyte)
}

// Key is what the object's name looks like.
type Key string

// The kinds of keys.
const (
	PlainKey      Key = "plain"
	DoubleSlash   Key = "double-slash"   // "a//b"
	TrailingSlash Key = "trailing-slash" // "folder/"
	Dots          Key = "dots"           // names that begin with dots and have several
	Percent       Key = "percent"        // percent signs, some of which look like escapes
	Longest       Key = "1024-bytes"     // as long as S3 permits
	ManyScripts   Key = "many-scripts"   // letters of several scripts, and an emoji
	LeadingSlash  Key = "leading-slash"  // "/a"
	Signs         Key = "signs"          // every sign that means something in a URL
	PageName      Key = "page-name"      // "index.html", which some servers take for a folder's page
	CallName      Key = "call-name"      // "cors", like a sub-resource
)

func keys() Dimension {
	d := Dimension{Key: "keys", Name: "key", Doc: "What the object's key looks like. Default: plain."}
	return words(d, func(c *Cell) *Key { return &c.Key }, func(v Key) string { return ", key: " + string(v) },
		PlainKey, DoubleSlash, TrailingSlash, Dots, Percent, Longest, ManyScripts, LeadingSlash, Signs, PageName, CallName)
}

// Connection is which connections a cell's requests use.
type Connection string

// The ways to choose a connection.
const (
	Shared       Connection = "shared"        // whichever is idle
	Fresh        Connection = "fresh"         // each request on a new one
	AfterRefusal Connection = "after-refusal" // one that has just carried a refused preflight and a refused upload
	Several      Connection = "several"       // each request on three new ones, all of which are judged
	Used         Connection = "used"          // one that has just carried a range, a 304 and a HEAD
)

func connections() Dimension {
	d := Dimension{Key: "connections", Name: "connection", Doc: "Which connections carry the requests. Default: shared, whichever is idle."}
	return words(d, func(c *Cell) *Connection { return &c.Connection }, func(v Connection) string { return ", connection: " + string(v) },
		Shared, Fresh, AfterRefusal, Several, Used)
}

// Parameters is what a cell's URLs have in their query beyond what the operation needs. A preflight has it too, and none of it changes anything of
// CORS (fact 14).
type Parameters string

// The parameters that a URL may have.
const (
	UsualParameters Parameters = "usual"
	SDKParameters   Parameters = "x-id"          // the operation's name, which AWS's SDK for JavaScript puts there
	UnknownOnes     Parameters = "unknown"       // which S3 passes over: pages use such to get past a cache
	SessionToken    Parameters = "session-token" // of temporary credentials: of the usual length, and of no account
)

func queryParameters() Dimension {
	d := Dimension{Key: "parameters", Name: "parameters", Doc: "What the URL's query has beyond what is asked for. Default: usual, nothing."}
	return words(d, func(c *Cell) *Parameters { return &c.Parameters }, func(v Parameters) string { return ", parameters: " + string(v) },
		UsualParameters, SDKParameters, UnknownOnes, SessionToken)
}
