package scenarios

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"corsprobe/runner/s3cors"

	"gopkg.in/yaml.v3"
)

//go:embed all:catalogue
var catalogue embed.FS

func Catalogue() ([]*Scenario, error) {
	var all []*Scenario
	err := fs.WalkDir(catalogue, "catalogue", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".yaml") {
			return err
		}
		data, err := catalogue.ReadFile(p)
		if err != nil {
			return err
		}
		s, err := parse(data, p, strings.TrimPrefix(strings.TrimSuffix(p, ".yaml"), "catalogue/"), func(f string) ([]byte, error) { return catalogue.ReadFile(path.Join(path.Dir(p), f)) })
		all = append(all, s...)
		return err
	})
	return all, err
}

func LoadPaths(paths ...string) ([]*Scenario, error) {
	var all []*Scenario
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		s, err := parse(data, p, strings.TrimSuffix(filepath.Base(p), ".yaml"), func(f string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(p), f)) })
		if err != nil {
			return nil, err
		}
		all = append(all, s...)
	}
	return all, nil
}

func parse(data []byte, file, prefix string, read func(string) ([]byte, error)) ([]*Scenario, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	var all []*Scenario
	for {
		var raw map[string]any
		var s Scenario
		err := dec.Decode(&s)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		_ = raw
		s.File, s.Line, s.ID = file, 1, prefix+"/"+s.Name
		if s.CORSFile != "" {
			b, err := read(s.CORSFile)
			if err != nil {
				return nil, err
			}
			cfg, err := s3cors.ParseJSON(b)
			if err != nil {
				return nil, err
			}
			s.CORS = &CORS{Config: cfg}
		}
		all = append(all, &s)
	}
}

func list(n *yaml.Node) []string {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	var out []string
	for _, c := range n.Content {
		out = append(out, c.Value)
	}
	return out
}

func (c *CORS) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		c.None = true
		return nil
	}
	var doc struct{ Document string }
	if n.Decode(&doc) == nil && doc.Document != "" {
		c.Document = doc.Document
		return nil
	}
	c.Config = &s3cors.Configuration{}
	return n.Decode(c.Config)
}

func (m *Matrix) UnmarshalYAML(n *yaml.Node) error {
	for i := 0; i < len(n.Content); i += 2 {
		k, v := n.Content[i].Value, n.Content[i+1]
		switch k {
		case "targets":
			for _, x := range list(v) {
				m.Targets = append(m.Targets, Target(x))
			}
		case "origins":
			m.Origins = list(v)
		case "methods":
			m.Methods = list(v)
		case "send":
			for _, x := range list(v) {
				m.Send = append(m.Send, Send(x))
			}
		case "authorisations":
			for _, x := range list(v) {
				m.Authorisations = append(m.Authorisations, Authorisation(x))
			}
		case "addressing":
			for _, x := range list(v) {
				m.Addressing = append(m.Addressing, Addressing(x))
			}
		case "headers":
			for _, h := range v.Content {
				if h.Kind == yaml.MappingNode {
					var f []Field
					for j := 0; j < len(h.Content); j += 2 {
						f = append(f, Field{h.Content[j].Value, h.Content[j+1].Value})
					}
					m.Headers = append(m.Headers, Headers{Fields: f})
				} else if h.Value == "none" {
					m.Headers = append(m.Headers, Headers{})
				} else {
					s := h.Value
					m.Headers = append(m.Headers, Headers{Request: &s})
				}
			}
		case "include":
			if err := v.Decode(&m.Include); err != nil {
				return err
			}
		case "exclude":
		default:
			return fmt.Errorf("line %d: unknown key %q", n.Content[i].Line, k)
		}
	}
	m.Line = n.Line
	return nil
}

func Expand(all []*Scenario) (Plan, error) {
	var p Plan
	for _, s := range all {
		pl := Planned{Scenario: s}
		if len(s.Steps) == 0 {
			st := PlannedStep{CORS: s.CORS, Line: 1}
			if s.CORS != nil && !s.CORS.None {
				st.Call, st.CallID, st.After = PutBucketCors, s.ID+"/PutBucketCors", s.CORS.Config
			}
			st.Cells = cells(s.ID, s.Matrix, st.After)
			pl.Steps = append(pl.Steps, st)
		}
		var cur *s3cors.Configuration
		for _, x := range s.Steps {
			st := PlannedStep{Name: x.Name, Line: x.Line, Answer: x.Answer}
			pre := s.ID + "/" + x.Name
			switch {
			case x.Put != nil || x.Replace != nil:
				st.CORS = x.Put
				if st.CORS == nil {
					st.CORS = x.Replace
				}
				st.Call = PutBucketCors
				cfg := st.CORS.Config
				if st.CORS.Document != "" {
					cfg, _ = s3cors.ParseXML([]byte(st.CORS.Document))
				}
				if cfg != nil && s3cors.Validate(cfg) == nil {
					cur = cfg
				}
			case x.Delete:
				st.Call = DeleteBucketCors
				cur = nil
			default:
				st.Call = GetBucketCors
			}
			st.CallID, st.After = pre+"/"+string(st.Call), cur
			if x.Matrix != nil {
				st.Cells = cells(pre, x.Matrix, cur)
			}
			pl.Steps = append(pl.Steps, st)
		}
		p.Scenarios = append(p.Scenarios, pl)
	}
	return p, nil
}

func def[T any](v []T, d ...T) []T {
	if len(v) == 0 {
		return d
	}
	return v
}

func cells(pre string, m *Matrix, cfg *s3cors.Configuration) []Cell {
	var out []Cell
	for _, t := range def(m.Targets, Object) {
		for _, ad := range def(m.Addressing, Auto) {
			for _, au := range def(m.Authorisations, Presigned) {
				for _, o := range m.Origins {
					if o == "adversarial" {
						continue
					}
					for _, me := range def(m.Methods, "GET") {
						for _, h := range def(m.Headers, Headers{}) {
							c := Cell{Target: t, Method: me, Headers: h, Send: def(m.Send, Preflight, Actual), Authorisation: au, Addressing: ad, Line: m.Line}
							if me == "none" {
								c.Method = ""
							}
							if o != "none" {
								c.Origin = &o
							}
							hs := "-"
							if h.Request != nil {
								hs = url.QueryEscape(*h.Request)
							} else if len(h.Fields) > 0 {
								hs = url.QueryEscape(fmt.Sprint(h.Fields))
							}
							c.ID = strings.Join([]string{pre, string(t), string(ad), string(au), url.QueryEscape(o), me, hs}, "/")
							c.Title = me + " " + o
							out = append(out, c)
						}
					}
				}
			}
		}
	}
	for _, i := range m.Include {
		out = append(out, cells(pre, &i, cfg)...)
	}
	return out
}

func (p Plan) Cells() int {
	n := 0
	for _, s := range p.Scenarios {
		for _, st := range s.Steps {
			n += len(st.Cells)
		}
	}
	return n
}

func (p Plan) Filter(keep func(string) bool) Plan {
	var out Plan
	for _, s := range p.Scenarios {
		t := Planned{Scenario: s.Scenario}
		any := false
		for _, st := range s.Steps {
			c := st
			c.Cells = nil
			for _, x := range st.Cells {
				if keep(x.ID) {
					c.Cells = append(c.Cells, x)
				}
			}
			any = any || len(c.Cells) > 0 || keep(st.CallID)
			t.Steps = append(t.Steps, c)
		}
		if any {
			out.Scenarios = append(out.Scenarios, t)
		}
	}
	return out
}

func Glob(pattern, id string) bool {
	p, q := strings.Split(pattern, "/"), strings.Split(id, "/")
	return glob(p, q)
}

func glob(p, q []string) bool {
	if len(p) == 0 {
		return true
	}
	if p[0] == "**" {
		for i := 0; i <= len(q); i++ {
			if glob(p[1:], q[i:]) {
				return true
			}
		}
		return false
	}
	return len(q) > 0 && wildcard(p[0], q[0]) && glob(p[1:], q[1:])
}

func Schema() []byte                                      { return nil }
func LoadDeviations(paths ...string) ([]Deviation, error) { return nil, nil }
func ProviderDeviations(string) ([]Deviation, error)      { return nil, nil }
