package corsfile

import (
	"slices"
	"strings"
)

// field is a part of a rule.
type field int

const (
	ids field = iota
	origins
	methods
	headers
	exposed
	age
	fieldCount
)

// fieldNames are the names of s3cors.Rule's members.
var fieldNames = [fieldCount]string{"ID", "AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds"}

// shape is how one tool writes a rule.
type shape struct {
	name string
	// keys name each field, spellings that the tool has beside each other divided by |. A key of R2's stands within another: allowed.origins.
	keys [fieldCount]string
	// container names the list of rules, by the same rule.
	container string
	provider  string // whose it is where it is not S3's API
	// lenient shapes take a number as a string, and null for what is left out.
	lenient bool
}

var (
	awsShape       = &shape{name: "S3's API", container: "CORSRules", keys: [...]string{"ID", "AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds"}}
	xmlShape       = &shape{name: "S3's XML", container: "CORSRule", lenient: true, keys: [...]string{"ID", "AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds"}}
	templateShape  = &shape{name: "CloudFormation", container: "CorsRules", lenient: true, keys: [...]string{"Id", "AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders", "MaxAge"}}
	terraformShape = &shape{name: "Terraform", container: "cors_rule|cors_rules|rules", lenient: true, keys: [...]string{"id", "allowed_origins", "allowed_methods", "allowed_headers", "expose_headers", "max_age_seconds"}}
	camelShape     = &shape{name: "Pulumi's and Kubernetes operators'", container: "corsRules|corsRule|rules|cors", lenient: true, keys: [...]string{"id|iD", "allowedOrigins", "allowedMethods", "allowedHeaders", "exposeHeaders|exposedHeaders", "maxAgeSeconds|maxAge"}}
	r2Shape        = &shape{name: "Cloudflare R2", provider: "Cloudflare R2", container: "rules", lenient: true, keys: [...]string{"id", "allowed.origins", "allowed.methods", "allowed.headers", "exposeHeaders|expose_headers", "maxAgeSeconds|max_age_seconds"}}
	b2Shape        = &shape{name: "Backblaze B2", provider: "Backblaze B2", container: "corsRules|cors_rules", lenient: true, keys: [...]string{"corsRuleName|cors_rule_name", "allowedOrigins|allowed_origins", "allowedOperations|allowed_operations", "allowedHeaders|allowed_headers", "exposeHeaders|expose_headers", "maxAgeSeconds|max_age_seconds"}}
	googleShape    = &shape{name: "Google Cloud Storage", provider: "Google Cloud Storage", container: "cors|cors_config|Cors", lenient: true, keys: [...]string{"", "origin|Origins", "method|Methods", "responseHeader|response_header|responseHeaders|ResponseHeaders", "", "maxAgeSeconds|max_age_seconds|MaxAgeSec"}}
)

// spellings are all that a tool has for a field; the first is the one to suggest.
func (s *shape) spellings(f field) []string {
	if s.keys[f] == "" {
		return nil
	}
	return strings.Split(s.keys[f], "|")
}

// all lists every key of the shape, the first spelling of each.
func (s *shape) all() []string {
	var keys []string
	for f := range fieldCount {
		if known := s.spellings(f); known != nil {
			keys = append(keys, known[0])
		}
	}
	return keys
}

// fieldOf finds a key's field. exact: the key has the tool's own spelling, rather than one that was probably meant.
func (s *shape) fieldOf(key string) (found field, exact, ok bool) {
	for f := range fieldCount {
		if slices.Contains(s.spellings(f), key) {
			return f, true, true
		}
	}
	for f, known := range aliases {
		if slices.Contains(known, foldKey(key)) && s.keys[f] != "" {
			return f, false, true
		}
	}
	if near := nearest(key, s.all()); near != "" {
		for f := range fieldCount {
			if slices.Contains(s.spellings(f), near) {
				return f, false, true
			}
		}
	}
	return 0, false, false
}

// suggest is a field's key as the shape has it.
func (s *shape) suggest(f field) string { return s.spellings(f)[0] }

// aliases are what people and tools call the fields, without case and punctuation.
var aliases = map[field][]string{
	ids:     {"id", "ruleid", "rulename", "corsrulename", "name"},
	origins: {"allowedorigins", "allowedorigin", "alloworigins", "alloworigin", "origins", "origin", "allowedoriginslist"},
	methods: {"allowedmethods", "allowedmethod", "allowmethods", "allowmethod", "methods", "method", "allowedoperations"},
	headers: {"allowedheaders", "allowedheader", "allowheaders", "allowheader", "headers", "header", "responseheader", "responseheaders"},
	exposed: {"exposeheaders", "exposeheader", "exposedheaders", "exposedheader", "exposeheaderslist"},
	age:     {"maxageseconds", "maxagesecond", "maxageinseconds", "maxage", "maxagesec", "maxagesecs"},
}

// looksLikeRule recognises a rule among the other objects that a file may hold.
func looksLikeRule(n *node) bool {
	if n.kind != object {
		return false
	}
	has := map[string]bool{}
	for _, m := range n.members {
		has[foldKey(m.key)] = true
		if foldKey(m.key) == "allowed" && m.value.kind == object && looksLikeAllowed(&m.value) {
			return true
		}
	}
	return has["allowedorigins"] || has["allowedorigin"] || has["allowedmethods"] || has["allowedmethod"] || has["allowedoperations"] ||
		(has["origin"] || has["origins"]) && (has["method"] || has["methods"] || has["responseheader"])
}

func looksLikeAllowed(n *node) bool {
	return slices.ContainsFunc(n.members, func(m member) bool { return m.key == "origins" || m.key == "methods" })
}

// pick chooses the shape of a list of rules: by what only one tool writes, by where it stands, by its container's name.
func pick(container string, hint *shape, syntax Syntax, nested bool, rule *node) *shape {
	if own := marked(rule); own != nil {
		return own
	}
	if hint != nil {
		return hint
	}
	switch {
	case syntax == XML:
		return xmlShape
	case container == "CorsRules":
		return templateShape
	case (container == "cors_rule" || container == "cors_rules") && (nested || syntax == HCL):
		return terraformShape
	case container == "corsRules" && nested:
		return camelShape
	case foldKey(container) == "rules" || foldKey(container) == "cors":
		return closest(rule, awsShape, terraformShape, camelShape)
	case container == "":
		return closest(rule, awsShape, templateShape)
	}
	return awsShape
}

// marked is the provider whose own keys a rule has.
func marked(rule *node) *shape {
	if rule == nil {
		return nil
	}
	has := map[string]bool{}
	for _, m := range rule.members {
		has[foldKey(m.key)] = true
		if m.key == "allowed" && m.value.kind == object {
			return r2Shape
		}
	}
	switch {
	case has["allowedoperations"] || has["corsrulename"]:
		return b2Shape
	case has["responseheader"] || has["responseheaders"] || (has["origin"] || has["origins"]) && (has["method"] || has["methods"]):
		return googleShape
	}
	return nil
}

// closest is the shape of which a rule has most keys; the first of those that have as many.
func closest(rule *node, shapes ...*shape) *shape {
	best, most := shapes[0], -1
	for _, s := range shapes {
		count := 0
		for _, m := range rule.membersOrNil() {
			if _, exact, _ := s.fieldOf(m.key); exact {
				count++
			}
		}
		if count > most {
			best, most = s, count
		}
	}
	return best
}

func (n *node) membersOrNil() []member {
	if n == nil {
		return nil
	}
	return n.members
}
