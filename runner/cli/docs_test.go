package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"corsprobe/runner/dialect"
	"corsprobe/runner/reference"
	"corsprobe/runner/runnertest/race"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gopkg.in/yaml.v3"
)

// project is where the README stands.
var project = filepath.Join("..", "..")

// block is a fenced part of a page.
type block struct {
	page, language, text string
	line                 int
	output               string // the command that printed it, where a comment before it says so
}

// pages are all that a reader of the project can come to, from the project's folder.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(project, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err == nil && entry.IsDir() && (name == "testdata" || name == "build" || name == ".git") {
			return fs.SkipDir
		}
		if err == nil && strings.HasSuffix(name, ".md") {
			relative, _ := filepath.Rel(project, path) // both are below the same folder
			all = append(all, filepath.ToSlash(relative))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func pageText(t *testing.T, page string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(project, page))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var outputOf = regexp.MustCompile(`^<!-- output: (.*) -->$`)

func blocks(t *testing.T, page string) []block {
	t.Helper()
	var all []block
	var open *block
	output := ""
	for i, line := range strings.Split(pageText(t, page), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{page: page, language: language, line: i + 1, output: output}
		case fence:
			all = append(all, *open)
			open, output = nil, ""
		case open != nil:
			open.text += line + "\n"
		case outputOf.MatchString(line):
			output = outputOf.FindStringSubmatch(line)[1]
		}
	}
	return all
}

var (
	link    = regexp.MustCompile(`\]\(([^)#:]*)(#[^):]*)?\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noSlug  = regexp.MustCompile(`[^a-z0-9 -]`)
)

// Every page is reached from the README, and every link within the project leads somewhere.
func TestPagesAreReached(t *testing.T) {
	reached, waiting := map[string]bool{}, []string{"README.md"}
	for len(waiting) > 0 {
		page := waiting[0]
		waiting = waiting[1:]
		if reached[page] {
			continue
		}
		reached[page] = true
		for _, m := range link.FindAllStringSubmatch(pageText(t, page), -1) {
			target := page
			if m[1] != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), m[1]))
			}
			if _, err := os.Stat(filepath.Join(project, target)); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
				continue
			}
			if !strings.HasSuffix(target, ".md") {
				continue
			}
			if m[2] != "" && !slices.Contains(slugs(pageText(t, target)), m[2]) {
				t.Errorf("%s: %s has no heading %s", page, target, m[2])
			}
			waiting = append(waiting, target)
		}
	}
	for _, page := range pages(t) {
		if !reached[page] {
			t.Errorf("%s cannot be reached from the README", page)
		}
	}
}

// slugs are the anchors of a page's headings.
func slugs(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all = append(all, "#"+strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}

// documented is a folder in which a page's commands are run, against a server of S3's kind.
type documented struct {
	t    *testing.T
	dir  string
	url  string
	vars []string
}

func document(t *testing.T, behaviour reference.Behaviour) *documented {
	t.Helper()
	server, err := reference.StartWith(context.Background(), behaviour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close(context.Background()) })
	access, secret := server.Credentials()
	d := &documented{t: t, dir: t.TempDir(), url: server.URL()}
	for _, name := range []string{"PATH", "HOME", "AWS_CA_BUNDLE", "SSL_CERT_FILE"} {
		d.vars = append(d.vars, name+"="+os.Getenv(name))
	}
	d.vars = append(d.vars, "AWS_ACCESS_KEY_ID="+access, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=none", "AWS_SHARED_CREDENTIALS_FILE=none", "XDG_CACHE_HOME="+filepath.Join(d.dir, "cache"))
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(d.url), Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(access, secret, ""),
	})
	for _, name := range []string{"media", "my-media"} {
		if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
	}
	cors, err := os.ReadFile(filepath.Join(project, "scenarios", "catalogue", "ovhcloud", "cors.json"))
	if err != nil {
		t.Fatal(err)
	}
	d.write("cors.json", string(cors))
	for _, b := range blocks(t, "README.md") {
		if b.language == "yaml" && strings.HasPrefix(b.text, "# media.yaml\n") {
			d.write("media.yaml", b.text)
		}
	}
	return d
}

func (d *documented) write(name, text string) {
	if err := os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o666); err != nil {
		d.t.Fatal(err)
	}
}

// here makes of a documented command one that asks the test's server: nothing leaves the machine, and nothing takes long.
func (d *documented) here(command string) string {
	if command == "go run . run" {
		command = "corsprobe run"
	}
	at := "--endpoint " + d.url + " --region us-east-1"
	return strings.NewReplacer(
		"--endpoint https://s3.gra.io.cloud.ovh.net --region gra", at, "--region gra", at, "http://localhost:9000", d.url, "--for 60s", "--for 1s",
	).Replace(command)
}

// run gives a command's output. Findings are none of the page's faults; bad input and no judgement are.
func (d *documented) run(command string, vars ...string) string {
	d.t.Helper()
	c := exec.Command("sh", "-c", command)
	c.Dir, c.Env = d.dir, slices.Concat(d.vars, vars)
	out, err := c.CombinedOutput()
	if code := c.ProcessState.ExitCode(); code != 0 && code != 1 {
		d.t.Errorf("%s\nexit code %d, %v\n%s", command, code, err, out)
	}
	return string(out)
}

// ranElsewhere are commands that others run: serve waits for an interrupt, and is followed in serve.txtar.
var ranElsewhere = regexp.MustCompile(`^(corsprobe serve|export |go test |go run github\.com/onsi/ginkgo)`)

var (
	makeTarget = regexp.MustCompile(`^make ([a-z-]+)`)
	labScript  = regexp.MustCompile(`^suites/lab/[a-z]+\.sh`)
	ofScenario = regexp.MustCompile(`^corsprobe run (\S+\.yaml|[a-z]+/[a-z]+)`)
)

// Every command in a page is one that there is, and comes to a judgement.
func TestDocumentedCommands(t *testing.T) {
	race.Skip(t)
	makefile := pageText(t, "Makefile")
	ran := 0
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			var d *documented
			for _, b := range blocks(t, page) {
				if b.language != "sh" {
					continue
				}
				for line := range strings.Lines(b.text) {
					command := strings.TrimSpace(strings.Split(line, "  #")[0])
					if found := makeTarget.FindStringSubmatch(command); found != nil {
						if !strings.Contains(makefile, "\n"+found[1]+":") {
							t.Errorf("there is no target %s", found[1])
						}
						continue
					}
					if found := labScript.FindString(command); found != "" {
						_ = pageText(t, found) // fails where there is none
						continue
					}
					if ranElsewhere.MatchString(command) {
						continue
					}
					if d == nil {
						d = document(t, reference.Behaviour{})
					}
					if !strings.HasPrefix(command, "corsprobe ") && command != "go run . run" {
						t.Errorf("%d: %s: no test runs this", b.line, command)
						continue
					}
					var vars []string
					if strings.HasPrefix(d.here(command), "corsprobe run") && !ofScenario.MatchString(command) {
						vars = append(vars, "CORSPROBE_RUN=origins/exact/one-origin") // of the catalogue a part
					}
					d.run(d.here(command), vars...)
					ran++
				}
			}
		})
	}
	if ran < 40 {
		t.Errorf("only %d commands were run: are they written otherwise?", ran)
	}
}

// Every YAML in a page is what it is shown as: scenarios, providers and known deviations are valid, the others are YAML.
func TestDocumentedFiles(t *testing.T) {
	race.Skip(t)
	for _, page := range pages(t) {
		for i, b := range blocks(t, page) {
			if b.language != "yaml" {
				continue
			}
			var top map[string]any
			if err := yaml.Unmarshal([]byte(b.text), &top); err != nil {
				t.Errorf("%s:%d: %v", page, b.line, err)
				continue
			}
			if top["matrix"] == nil && top["steps"] == nil && top["knownDeviations"] == nil {
				continue // a CI system's: ci_examples.txtar runs their commands
			}
			name := "shown.yaml"
			if top["name"] != nil && top["knownDeviations"] != nil {
				name = fmt.Sprint(top["name"], ".yaml") // a provider's file has its name
			}
			d := &documented{t: t, dir: t.TempDir(), vars: []string{"PATH=" + os.Getenv("PATH")}}
			d.write(name, b.text)
			if out := d.run("corsprobe validate " + name); !strings.Contains(out, "valid") || strings.Contains(out, "corsprobe:") {
				t.Errorf("%s: YAML %d at line %d: %s", page, i, b.line, out)
			}
		}
	}
}

var number = regexp.MustCompile(`\d+(\.\d+)?( m?s\b| min\b)?`)

// What a page shows as a command's output is what it prints, but for numbers.
func TestDocumentedOutput(t *testing.T) {
	race.Skip(t)
	byOrigin, err := dialect.Parse("rule-by-origin-alone")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, b := range blocks(t, "README.md") {
		if b.output == "" {
			continue
		}
		d := document(t, reference.Behaviour{Dialect: dialect.Dialect{byOrigin}})
		printed := number.ReplaceAllString(d.run(b.output, "AWS_ENDPOINT_URL="+d.url), "N")
		for line := range strings.Lines(b.text) {
			shown++
			if want := number.ReplaceAllString(strings.TrimSpace(line), "N"); !strings.Contains(printed, want) {
				t.Errorf("README.md shows %q, and %s does not print it:\n%s", want, b.output, printed)
			}
		}
	}
	if shown < 15 {
		t.Errorf("only %d lines of output are shown", shown)
	}
}
