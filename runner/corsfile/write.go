package corsfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/s3cors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"gopkg.in/yaml.v3"
)

// Targets are the shapes that [Write] knows, and who takes each.
var Targets = []struct{ Name, For string }{
	{"json", "aws s3api put-bucket-cors --cors-configuration, and the SDKs"},
	{"console", "the AWS console's editor"},
	{"xml", "S3's REST API, s3cmd and s5cmd"},
	{"yaml", "corsprobe's scenarios"},
	{"terraform", "Terraform's aws_s3_bucket_cors_configuration"},
	{"cloudformation", "CloudFormation and SAM"},
	{"r2", "Wrangler and Cloudflare's API"},
}

// TargetNames are the names of the shapes.
func TargetNames() []string {
	names := make([]string, len(Targets))
	for i, t := range Targets {
		names[i] = t.Name
	}
	return names
}

// Write prints configurations in a shape. Templates take several; the others one.
func Write(target string, all ...*Configuration) ([]byte, error) {
	one := func(write func(*s3cors.Configuration) []byte) ([]byte, error) {
		if len(all) != 1 {
			names := make([]string, len(all))
			for i, c := range all {
				names[i] = c.Name
			}
			return nil, fmt.Errorf("%s holds one configuration, and there are %d: name one of %s, as in FILE#%s", target, len(all), strings.Join(names, ", "), names[0])
		}
		return write(withLists(all[0].Configuration)), nil
	}
	switch target {
	case "json":
		return one((*s3cors.Configuration).JSON)
	case "console":
		return one(func(c *s3cors.Configuration) []byte { return indented(c.CORSRules) })
	case "xml":
		return one(prettyXML)
	case "yaml":
		return one(func(c *s3cors.Configuration) []byte { return blockYAML(c.JSON()) })
	case "r2":
		return one(func(c *s3cors.Configuration) []byte { return indented(r2Of(c)) })
	case "terraform":
		return terraform(all), nil
	case "cloudformation":
		return cloudFormation(all), nil
	}
	return nil, fmt.Errorf("there is no shape %q: write %s", target, strings.Join(TargetNames(), ", "))
}

// withLists has an empty list where there is none: null is refused.
func withLists(c *s3cors.Configuration) *s3cors.Configuration {
	whole := &s3cors.Configuration{CORSRules: []s3cors.Rule{}}
	for _, r := range c.CORSRules {
		if r.AllowedOrigins == nil {
			r.AllowedOrigins = []string{}
		}
		if r.AllowedMethods == nil {
			r.AllowedMethods = []string{}
		}
		whole.CORSRules = append(whole.CORSRules, r)
	}
	return whole
}

func indented(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // strings and numbers into memory: it cannot fail
	return b.Bytes()
}

func inYAML(v any) []byte {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	_ = e.Encode(v) // strings and numbers into memory: it cannot fail
	return b.Bytes()
}

// blockYAML writes JSON, which is YAML, with a line for each value.
func blockYAML(data []byte) []byte {
	var n yaml.Node
	_ = yaml.Unmarshal(data, &n) // of our own making
	var unstyled func(*yaml.Node)
	unstyled = func(n *yaml.Node) {
		if n.Style = 0; n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
			n.SetString(n.Value)
		}
		for _, child := range n.Content {
			unstyled(child)
		}
	}
	unstyled(&n)
	return inYAML(&n)
}

var emptyElement = regexp.MustCompile(`<(\w+)>\n</`)

// prettyXML puts each element on a line of its own, and changes nothing within one: values have no < and > of their own there.
func prettyXML(c *s3cors.Configuration) []byte {
	var b strings.Builder
	depth := 0
	text := emptyElement.ReplaceAllString(strings.ReplaceAll(string(c.XML()), "><", ">\n<"), "<$1></")
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "</") {
			depth--
		}
		b.WriteString(strings.Repeat("  ", depth) + line + "\n")
		if strings.HasPrefix(line, "<CORS") && !strings.Contains(line, "</") {
			depth++
		}
	}
	return []byte(b.String())
}

type r2Rule struct {
	ID            string    `json:"id,omitempty"`
	Allowed       r2Allowed `json:"allowed"`
	ExposeHeaders []string  `json:"exposeHeaders,omitempty"`
	MaxAgeSeconds *int32    `json:"maxAgeSeconds,omitempty"`
}

type r2Allowed struct {
	Origins []string `json:"origins"`
	Methods []string `json:"methods"`
	Headers []string `json:"headers,omitempty"`
}

func r2Of(c *s3cors.Configuration) any {
	rules := []r2Rule{}
	for _, r := range c.CORSRules {
		rules = append(rules, r2Rule{r.ID, r2Allowed{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders}, r.ExposeHeaders, r.MaxAgeSeconds})
	}
	return map[string]any{"rules": rules}
}

type templateRule struct {
	ID             string   `yaml:"Id,omitempty"`
	AllowedHeaders []string `yaml:"AllowedHeaders,omitempty,flow"`
	AllowedMethods []string `yaml:"AllowedMethods,flow"`
	AllowedOrigins []string `yaml:"AllowedOrigins"`
	ExposedHeaders []string `yaml:"ExposedHeaders,omitempty,flow"`
	MaxAge         *int32   `yaml:"MaxAge,omitempty"`
}

// cloudFormation writes a template with a bucket for each configuration.
func cloudFormation(all []*Configuration) []byte {
	resources := &yaml.Node{Kind: yaml.MappingNode}
	for i, c := range all {
		var rules []templateRule
		for _, r := range c.CORSRules {
			rules = append(rules, templateRule{r.ID, r.AllowedHeaders, r.AllowedMethods, r.AllowedOrigins, r.ExposeHeaders, r.MaxAgeSeconds})
		}
		var bucket yaml.Node
		_ = bucket.Encode(struct { // strings and numbers: it cannot fail
			Type       string `yaml:"Type"`
			Properties any    `yaml:"Properties"`
		}{"AWS::S3::Bucket", map[string]any{"CorsConfiguration": map[string]any{"CorsRules": rules}}})
		resources.Content = append(resources.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: logicalID(c.Name, i)}, &bucket)
	}
	return inYAML(map[string]any{"Resources": resources})
}

var notAlphanumeric = regexp.MustCompile(`[^A-Za-z0-9]+`)

// logicalID makes a resource's name of letters and digits.
func logicalID(name string, index int) string {
	if name = notAlphanumeric.ReplaceAllString(name, ""); name != "" {
		return strings.ToUpper(name[:1]) + name[1:]
	}
	if index > 0 {
		return "Bucket" + strconv.Itoa(index+1)
	}
	return "Bucket"
}

var notIdentifier = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// terraform writes a resource for each configuration. The bucket is one of the same name.
func terraform(all []*Configuration) []byte {
	file := hclwrite.NewEmptyFile()
	for i, c := range all {
		name := strings.Trim(notIdentifier.ReplaceAllString(c.Name[strings.LastIndexByte(c.Name, '.')+1:], "_"), "_")
		if name == "" {
			name = "this"
		}
		if i > 0 {
			file.Body().AppendNewline()
			name += "_" + strconv.Itoa(i+1)
		}
		resource := file.Body().AppendNewBlock("resource", []string{"aws_s3_bucket_cors_configuration", name}).Body()
		resource.SetAttributeTraversal("bucket", hcl.Traversal{hcl.TraverseRoot{Name: "aws_s3_bucket"}, hcl.TraverseAttr{Name: name}, hcl.TraverseAttr{Name: "id"}})
		for _, r := range c.CORSRules {
			resource.AppendNewline()
			terraformRule(resource.AppendNewBlock("cors_rule", nil).Body(), r)
		}
	}
	return hclwrite.Format(file.Bytes())
}

func terraformRule(body *hclwrite.Body, r s3cors.Rule) {
	if r.ID != "" {
		body.SetAttributeValue("id", cty.StringVal(r.ID))
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"allowed_headers", r.AllowedHeaders}, {"allowed_methods", r.AllowedMethods}, {"allowed_origins", r.AllowedOrigins}, {"expose_headers", r.ExposeHeaders}} {
		if len(list.values) == 0 {
			continue
		}
		values := make([]cty.Value, len(list.values))
		for i, v := range list.values {
			values[i] = cty.StringVal(v)
		}
		body.SetAttributeValue(list.name, cty.ListVal(slices.Clip(values)))
	}
	if r.MaxAgeSeconds != nil {
		body.SetAttributeValue("max_age_seconds", cty.NumberIntVal(int64(*r.MaxAgeSeconds)))
	}
}
