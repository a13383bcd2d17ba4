package scenarios

import (
	"embed"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/file"

	"corsprobe/runner/dialect"
)

// Provider is what is known of a provider or a server: where it is, what it offers, and where it deviates from S3. Every point names the
// [Source] that it comes from; what no source says is left out.
type Provider struct {
	Name            string      `yaml:"name" doc:"The name for --provider: lower-case words joined by dashes, the file's own."`
	Title           string      `yaml:"title" doc:"The provider's name for people."`
	Sources         []Source    `yaml:"sources" doc:"Where the points of this file come from."`
	Endpoint        *Location   `yaml:"endpoint" doc:"Where it is; left out for a server that everybody runs elsewhere."`
	Limits          []Limit     `yaml:"limits" doc:"Limits of a CORS configuration."`
	Features        []Feature   `yaml:"features" doc:"What it offers, and what not."`
	Notes           []Note      `yaml:"notes" doc:"What is known beside: reports that no cell can be named for, and what a reader should look out for."`
	KnownDeviations []Deviation `yaml:"knownDeviations" required:"true" doc:"What is known, each with its reason."`

	File string `yaml:"-"`

	places
}

// Source is where knowledge of a provider comes from.
type Source struct {
	Name     string   `yaml:"name" required:"true" doc:"A word by which points name this source."`
	Title    string   `yaml:"title" required:"true" doc:"What it is, in a few words."`
	Link     string   `yaml:"link" required:"true" doc:"Where it can be read."`
	Date     string   `yaml:"date" required:"true" doc:"When it was measured, said or read: YYYY, YYYY-MM or YYYY-MM-DD."`
	Evidence Evidence `yaml:"evidence" required:"true" doc:"measured: seen in answers. documented: its maker's own documentation, source code or tests. reported: somebody's word, such as an issue."`

	places
}

// Evidence is what a source rests on.
type Evidence string

// What a source may rest on.
const (
	Measured   Evidence = "measured"   // seen in answers
	Documented Evidence = "documented" // its maker's own documentation, source code or tests
	Reported   Evidence = "reported"   // somebody's word, such as an issue
)

// Location is where a provider's endpoints are.
type Location struct {
	URL     string   `yaml:"url" required:"true" doc:"The endpoint's URL; {region} stands for the region, {account} for what only its user knows."`
	Regions []string `yaml:"regions" doc:"Regions that are known; the only one is the default."`
	Source  string   `yaml:"source" required:"true" doc:"The name of a source."`

	places
}

// Limit bounds something of a CORS configuration.
type Limit struct {
	Of     string `yaml:"of" required:"true" enum:"rules,document-bytes,document-characters,rule-bytes,id-characters,max-age-seconds,settle-seconds" doc:"What is bounded."`
	Most   int    `yaml:"most" required:"true" doc:"The most that is allowed."`
	Source string `yaml:"source" required:"true" doc:"The name of a source."`

	places
}

// Feature is something that a provider offers, or does not.
type Feature struct {
	Name    string `yaml:"name" required:"true" enum:"bucket-cors,presigned-urls,form-uploads,path-style,virtual-hosted" doc:"What it is."`
	Offered bool   `yaml:"offered" required:"true" doc:"Whether it is there."`
	Source  string `yaml:"source" required:"true" doc:"The name of a source."`

	places
}

// Note is a point in words.
type Note struct {
	Text   string    `yaml:"text" required:"true" doc:"A sentence or two."`
	Facts  []int     `yaml:"facts" doc:"Numbers of the facts that it departs from; see corsprobe explain."`
	Source string    `yaml:"source" required:"true" doc:"The name of a source."`
	Lint   *NoteLint `yaml:"lint" doc:"By what corsprobe lint meets the point in a configuration; left out where it cannot."`

	places
}

// NoteLint says which configurations a note concerns.
type NoteLint struct {
	Field    string `yaml:"field" enum:"AllowedOrigins,AllowedMethods,AllowedHeaders,ExposeHeaders,ID" doc:"The field whose values are looked at; left out for the configuration as a whole."`
	Matches  string `yaml:"matches" doc:"A regular expression (RE2) of the values that are concerned."`
	Severity string `yaml:"severity" required:"true" enum:"error,warning,note" doc:"error: the provider refuses it. warning: it does something else than S3. note: worth knowing."`
	Do       string `yaml:"do" required:"true" doc:"What to do."`
}

//go:embed providers/*.yaml
var providerFiles embed.FS

// Providers returns every provider that corsprobe carries a file of, ordered by name.
func Providers() ([]Provider, error) {
	entries, err := providerFiles.ReadDir("providers")
	if err != nil {
		return nil, err
	}
	var all []Provider
	var errors Errors
	for _, entry := range entries {
		file := "providers/" + entry.Name()
		data, err := providerFiles.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, wrong := parseProvider(file, data)
		all, errors = append(all, p), append(errors, wrong...)
	}
	slices.SortFunc(all, func(a, b Provider) int { return strings.Compare(a.Name, b.Name) }) // their files' names have an ending
	return all, errors.orNil()
}

// ProviderByName returns the provider of that name. The error of one that is not there lists those that are.
func ProviderByName(name string) (Provider, error) {
	all, err := Providers()
	if err != nil {
		return Provider{}, err
	}
	names := make([]string, len(all))
	for i, p := range all {
		if p.Name == name {
			return p, nil
		}
		names[i] = p.Name
	}
	wrong := fmt.Sprintf("there is no provider %q", name)
	if near := nearest(name, names); near != "" {
		wrong += fmt.Sprintf(", did you mean %q?", near)
	}
	return Provider{}, fmt.Errorf("%s; there are %s, or give a provider's file", wrong, strings.Join(names, ", "))
}

// LoadProvider reads a provider's file. The error is of type [Errors], and holds everything that is wrong in it.
func LoadProvider(path string) (Provider, error) {
	data, err := file.Read(path, MaxFile)
	if err != nil {
		return Provider{}, Errors{{File: path, What: withoutPath(err)}}
	}
	p, errors := parseProvider(path, data)
	return p, errors.orNil()
}

// Dialect is what the provider is known to do otherwise than S3, as far as deviations by their name say it, in the order of the file.
func (p Provider) Dialect() dialect.Dialect {
	var all dialect.Dialect
	for _, d := range p.KnownDeviations {
		if d.IsNamed() {
			all = append(all, d.Named)
		}
	}
	return all
}

// IsProviderFile reports that a file that can be read looks like a provider's, or one of known deviations, rather than a scenario.
func IsProviderFile(path string) bool {
	data, err := file.Read(path, MaxFile)
	return err == nil && regexp.MustCompile(`(?m)^(knownDeviations|sources):`).Match(data)
}

// parseProvider reads one whole file. Its entries are lenient: they describe the provider to its users, and a provider that has corrected
// something must not fail a run.
func parseProvider(file string, data []byte) (Provider, Errors) {
	d := &decoder{file: file}
	p := d.deviationFile(data)
	if len(d.errors) == 0 {
		d.complete(&p)
	}
	for i := range p.KnownDeviations {
		p.KnownDeviations[i].Lenient = true
	}
	return p, d.errors
}

// complete checks what a provider's file needs and a file of known deviations does not.
func (d *decoder) complete(p *Provider) {
	for _, key := range []struct{ name, expected string }{{"name", "a name for --provider"}, {"title", "the provider's name for people"}, {"sources", "where its points come from"}} {
		if _, given := p.at[key.name]; !given {
			d.failAt(p.where(""), fmt.Sprintf("the key %q is missing", key.name), key.expected, "")
		}
	}
	if _, given := p.at["name"]; given {
		d.named(p.Name, p.where("name"))
	}
	for i := range p.KnownDeviations {
		if v := &p.KnownDeviations[i]; v.Source == "" {
			d.failAt(v.where(""), `the key "source" is missing`, "the name of a source", "")
		}
	}
}

// provider checks everything that is there, whatever kind of file it is in.
func (d *decoder) provider(p *Provider) {
	names := map[string]bool{}
	for i := range p.Sources {
		d.source(&p.Sources[i], names)
	}
	p.eachCited(func(at *places, source string) { d.cited(at, source, p, names) })
	for i := range p.Sources {
		if s := &p.Sources[i]; names[s.Name] {
			d.failAt(s.where(""), fmt.Sprintf("no point names the source %q", s.Name), "one that does, or no such source", "")
		}
	}
	if p.Endpoint != nil {
		d.location(p.Endpoint)
	}
	for i := range p.Limits {
		if l := &p.Limits[i]; l.Most <= 0 {
			d.failAt(l.where("most"), fmt.Sprintf("the limit %d", l.Most), "a number above 0; a limit that is not known is left out", "")
		}
	}
	for i := range p.Notes {
		d.facts(p.Notes[i].Facts, &p.Notes[i].places)
	}
}

// eachCited calls with every point that may name a source.
func (p *Provider) eachCited(with func(at *places, source string)) {
	if p.Endpoint != nil {
		with(&p.Endpoint.places, p.Endpoint.Source)
	}
	for i := range p.Limits {
		with(&p.Limits[i].places, p.Limits[i].Source)
	}
	for i := range p.Features {
		with(&p.Features[i].places, p.Features[i].Source)
	}
	for i := range p.Notes {
		with(&p.Notes[i].places, p.Notes[i].Source)
	}
	for i := range p.KnownDeviations {
		with(&p.KnownDeviations[i].places, p.KnownDeviations[i].Source)
	}
}

// source checks one source. names holds those that no point has named yet.
func (d *decoder) source(s *Source, names map[string]bool) {
	if names[s.Name] {
		d.failAt(s.where("name"), fmt.Sprintf("a second source %q", s.Name), "a name of its own", "")
	}
	names[s.Name] = true
	if u, err := url.Parse(s.Link); err != nil || u.Scheme != "https" || u.Host == "" {
		d.failAt(s.where("link"), fmt.Sprintf("found %q", s.Link), "an https:// link", "")
	}
	if !slices.ContainsFunc([]string{"2006", "2006-01", time.DateOnly}, func(layout string) bool { _, err := time.Parse(layout, s.Date); return err == nil }) {
		d.failAt(s.where("date"), fmt.Sprintf("found %q", s.Date), "a date, YYYY, YYYY-MM or YYYY-MM-DD", "")
	}
}

// cited holds a point's source against those of the file.
func (d *decoder) cited(at *places, name string, p *Provider, names map[string]bool) {
	if name == "" {
		return
	}
	if _, ok := p.source(name); !ok {
		known := make([]string, len(p.Sources))
		for i, s := range p.Sources {
			known[i] = s.Name
		}
		expected := "one of the file's sources"
		if len(known) > 0 {
			expected += ": " + strings.Join(known, ", ")
		}
		d.failAt(at.where("source"), fmt.Sprintf("there is no source %q", name), expected, nearest(name, known))
	}
	delete(names, name)
}

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func (d *decoder) location(l *Location) {
	for _, name := range placeholder.FindAllString(l.URL, -1) {
		if name != "{region}" && name != "{account}" {
			d.failAt(l.where("url"), "the placeholder "+name, "{region} or {account}", "")
		}
	}
	u, err := url.Parse(placeholder.ReplaceAllString(l.URL, "x"))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || (u.Path != "" && u.Path != "/") {
		d.failAt(l.where("url"), fmt.Sprintf("found %q", l.URL), "a URL such as https://s3.{region}.example.com", "")
	}
}

func (p *Provider) source(name string) (Source, bool) {
	for _, s := range p.Sources {
		if s.Name == name {
			return s, true
		}
	}
	return Source{}, false
}

// SourceOf is the source that a point names.
func (p Provider) SourceOf(name string) Source {
	s, _ := p.source(name) // a file that was read has it
	return s
}

// Limit is the most that is known to be allowed of something; false where nothing is known.
func (p Provider) Limit(of string) (int, bool) {
	for _, l := range p.Limits {
		if l.Of == of {
			return l.Most, true
		}
	}
	return 0, false
}

// Offers reports whether a feature is offered; known is false where the file does not say.
func (p Provider) Offers(feature string) (offered, known bool) {
	for _, f := range p.Features {
		if f.Name == feature {
			return f.Offered, true
		}
	}
	return false, false
}

// Addressing is the style of URLs where only one is offered, else auto.
func (p Provider) Addressing() Addressing {
	path, pathKnown := p.Offers("path-style")
	virtual, virtualKnown := p.Offers("virtual-hosted")
	switch {
	case virtualKnown && !virtual:
		return Path
	case pathKnown && !path:
		return Virtual
	default:
		return Auto
	}
}

// URL is the endpoint's URL in a region; the region is the only one that is known where none is given.
func (p Provider) URL(region string) (endpoint, signedFor string, err error) {
	l := p.Endpoint
	if l == nil {
		return "", region, fmt.Errorf("%s has no endpoint of its own: give --endpoint URL", p.Name)
	}
	if region == "" && len(l.Regions) == 1 {
		region = l.Regions[0]
	}
	if strings.Contains(l.URL, "{account}") {
		return "", region, fmt.Errorf("the endpoint of %s names your account: give --endpoint %s", p.Name, strings.ReplaceAll(l.URL, "{account}", "<account>"))
	}
	if region == "" && strings.Contains(l.URL, "{region}") {
		return "", "", fmt.Errorf("--provider %s needs --region%s", p.Name, among(l.Regions))
	}
	if strings.ContainsAny(region, "/@?#: ") {
		return "", "", fmt.Errorf("--region %s: no region's name%s", region, among(l.Regions))
	}
	return strings.ReplaceAll(l.URL, "{region}", region), region, nil
}

func among(regions []string) string {
	if len(regions) == 0 {
		return ""
	}
	return ": " + strings.Join(regions, ", ") + ", or another"
}

// Knows reports that a region is among those known, or that none is.
func (l Location) Knows(region string) bool {
	return len(l.Regions) == 0 || slices.Contains(l.Regions, region)
}

// deviationFile reads a file of deviations: a provider's, or one of the user's own.
func (d *decoder) deviationFile(data []byte) Provider {
	var p Provider
	documents := d.documents(data)
	if len(documents) != 1 && len(d.errors) == 0 {
		d.errors = append(d.errors, Error{File: d.file, What: fmt.Sprintf("%d documents", len(documents)), Expected: "one, with knownDeviations"})
		return p
	}
	for _, n := range documents {
		d.value(n, reflect.ValueOf(&p).Elem())
	}
	p.File = path.Clean(filepath.ToSlash(d.file))
	d.provider(&p)
	for i := range p.KnownDeviations {
		v := &p.KnownDeviations[i]
		v.File = d.file
		source := p.SourceOf(v.Source)
		v.Evidence = source.Evidence
		if v.Link == "" {
			v.Link = source.Link
		}
		d.deviation(v)
	}
	return p
}
