// Package s3cors says what S3 owes: for a bucket's CORS configuration and a request, the answers that a faithful endpoint may give.
//
// Every rule cites its fact by number; facts.yaml lists them with their strength and source. The package is pure: it does
// no I/O and has no state.
//
// [Evaluate] answers for a request, [Validate] for the upload of a configuration, [Explain] says what each rule made of a
// request. Where the facts leave a point open, Evaluate gives several answers and says what each of them chose.
package s3cors

// Configuration is a bucket's CORS configuration in the shape that S3's API and `aws s3api put-bucket-cors` give it.
type Configuration struct {
	CORSRules []Rule `json:"CORSRules" yaml:"CORSRules" doc:"The rules in order: the first that matches origin, method and every requested header answers (fact 44)."`
}

// Rule is one CORSRule.
type Rule struct {
	ID             string   `json:"ID,omitempty" yaml:"ID" doc:"A name for the rule, at most 255 characters."`
	AllowedOrigins []string `json:"AllowedOrigins" yaml:"AllowedOrigins" doc:"Origins, compared as case-sensitive strings, each with at most one * (fact 45)."`
	AllowedMethods []string `json:"AllowedMethods" yaml:"AllowedMethods" doc:"GET, PUT, POST, DELETE, HEAD."`
	AllowedHeaders []string `json:"AllowedHeaders,omitempty" yaml:"AllowedHeaders" doc:"Header names that a preflight may ask for, compared without regard to case, each with at most one * (fact 51)."`
	ExposeHeaders  []string `json:"ExposeHeaders,omitempty" yaml:"ExposeHeaders" doc:"Response headers that a script may read (fact 27)."`
	MaxAgeSeconds  *int32   `json:"MaxAgeSeconds,omitempty" yaml:"MaxAgeSeconds" doc:"How long a browser may keep the preflight's answer, in seconds (fact 28)."`
}
