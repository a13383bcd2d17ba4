// Package console recognises what a browser's console says of CORS, and what S3's error documents say, in a text that somebody pasted; and
// says what it means, what the likeliest causes are, which command settles it and what to write into the configuration.
//
// What is recognised stands as data in browsers.yaml and s3.yaml. The package is pure: it does no I/O and has no state. What it returns holds no
// signature and no key that the text may have held.
package console

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// Meaning is what a sentence or an error code comes to.
type Meaning struct {
	ID string `yaml:"id"`
	// Reasons are the codes of package fetch that it stands for; nil: the one that ID names, if it names one.
	Reasons []string `yaml:"reasons"`

	// Chromium, Firefox and Safari are the sentences by which it is known, {name} where a value stands.
	Chromium []string `yaml:"chromium"`
	Firefox  []string `yaml:"firefox"`
	Safari   []string `yaml:"safari"`
	// Codes and Message are the code of S3's error document, and a part of its message; empty: any.
	Codes   []string `yaml:"codes"`
	Message string   `yaml:"message"`

	Means  string   `yaml:"means"`
	Cause  string   `yaml:"cause"`  // of an error of S3's: a clause, for whoever met it
	Causes []string `yaml:"causes"` // likeliest first
	Asks   string   `yaml:"asks"`   // what the command that settles it asks for: preflight, actual, credentials; none: no command does
	Read   string   `yaml:"read"`   // what that command shows
	Write  string   `yaml:"write"`  // what the configuration needs: rule, expose; empty: nothing
	Note   string   `yaml:"note"`   // on the configuration
	Quiet  bool     `yaml:"quiet"`  // told only where nothing else says more
}

//go:embed browsers.yaml
var browsersYAML []byte

//go:embed s3.yaml
var s3YAML []byte

var browserMeanings = sync.OnceValue(func() []*Meaning { return load("browsers.yaml", browsersYAML) })

var s3Meanings = sync.OnceValue(func() []*Meaning { return load("s3.yaml", s3YAML) })

func load(name string, data []byte) []*Meaning {
	var all []*Meaning
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		panic(fmt.Sprintf("console: %s: %v", name, err)) // embedded, so a test has seen it
	}
	return all
}

// ByReason returns what a code of package fetch means; nil for one that no console shows.
func ByReason(code string) *Meaning {
	for _, m := range browserMeanings() {
		if m.ID == code || slices.Contains(m.Reasons, code) {
			return m
		}
	}
	return nil
}

// ByError returns what an error document of S3's means, by its code and message; never nil.
func ByError(code, message string) *Meaning {
	all := s3Meanings()
	for _, m := range all {
		if slices.Contains(m.Codes, code) && strings.Contains(message, m.Message) {
			return m
		}
	}
	return all[len(all)-1]
}

// knownCodes are the error codes that ByError knows.
var knownCodes = sync.OnceValue(func() []string {
	var all []string
	for _, m := range s3Meanings() {
		all = append(all, m.Codes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
})

func byID(id string) *Meaning {
	for _, m := range browserMeanings() {
		if m.ID == id {
			return m
		}
	}
	return nil
}
