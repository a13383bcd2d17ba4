package lint_test

import (
	"fmt"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/lint"
	"corsprobe/runner/s3cors"
)

// Everything about a configuration: what S3 would refuse, and what a browser will not do.
func ExampleCheck() {
	cfg := &s3cors.Configuration{CORSRules: []s3cors.Rule{
		{AllowedOrigins: []string{"https://app.example.com/"}, AllowedMethods: []string{"HEAD", "OPTIONS"}},
	}}
	for _, p := range lint.Check(cfg, lint.Provider{}) {
		fmt.Printf("%s %s: %s: %s\n", p.Severity, p.Code, p.At, p.Do)
	}
	// Output:
	// error CP104: rule 1, AllowedMethods "OPTIONS": leave it out: preflights are answered without it, and pages need it nowhere
	// warning CP201: rule 1, AllowedOrigins "https://app.example.com/": write https://app.example.com
	// note CP404: rule 1, MaxAgeSeconds: write 3600, or another age
}

// A file's findings know where they stand, and some are mended.
func ExampleFix() {
	file, err := corsfile.Read("cors.yaml", []byte("CORSRules:\n  - AllowedOrigins: [https://App.example.com/] # ours\n    AllowedMethods: [HEAD]\n    MaxAgeSeconds: 600\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range lint.File(file, lint.Options{}).Findings {
		fmt.Println(f.Place.Line, f.Place.Column, f.Code, f.What)
	}
	text, mended, err := lint.Fix(file, lint.Options{})
	fmt.Printf("%v %v\n%s", mended, err, text)
	// Output:
	// 2 22 CP201 no browser sends it: it ends in a slash, and an origin has none
	// 2 22 CP203 it has upper-case letters, and browsers write lower case
	// [CP201 CP203] <nil>
	// CORSRules:
	//   - AllowedOrigins: [https://app.example.com] # ours
	//     AllowedMethods: [HEAD]
	//     MaxAgeSeconds: 600
}

func ExampleByCode() {
	c, ok := lint.ByCode("trailing-slash")
	fmt.Println(c.ID, c.Severity, c.Title, ok)
	// Output: CP201 warning An origin ends in a slash true
}
