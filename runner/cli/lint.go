package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"corsprobe/runner/corsfile"
	"corsprobe/runner/file"
	"corsprobe/runner/lint"

	"github.com/spf13/cobra"
)

// lintFlags are the flags of corsprobe lint.
type lintFlags struct {
	provider, convert, format string
	disable                   []string
	fix                       bool
}

func lintCommand() *cobra.Command {
	var f lintFlags
	c := &cobra.Command{
		Use:   "lint FILE ...",
		Short: "Say what S3 would refuse in a CORS configuration, and what will not work as meant",
		Long: `Reads CORS configurations from what people have: the JSON of aws s3api, of the AWS console and of the SDKs, S3's XML, CloudFormation, SAM and
CDK templates, Terraform (.tf, .tf.json, terraform show -json), Pulumi and Kubernetes YAML, and the shapes of Cloudflare R2, Backblaze B2 and
Google. FILE#NAME chooses one of several, - is standard input. Every finding has its place and a code, which corsprobe explain CODE explains.
Nothing is sent.

A comment in the file switches codes off: corsprobe:disable CP301 for the whole of it, corsprobe:disable-line and corsprobe:disable-next-line
for a line.

Exit code: 0 S3 takes it, warnings or not; 1 S3, the provider, or the tool that reads such a file refuses it; 2 a file that cannot be read.`,
		Example: `  corsprobe lint cors.json
  corsprobe lint main.tf template.yaml --provider ovhcloud   # its limits too
  corsprobe lint --fix cors.json                             # mend what can be mended safely
  corsprobe lint --convert terraform cors.xml                # print it for another tool
  corsprobe lint --format sarif infra/*.tf > cors.sarif`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr(), args)
		},
	}
	c.Flags().StringVar(&f.provider, "provider", "", "`NAME` of a provider whose limits and ways count too; corsprobe list providers names them")
	c.Flags().StringVar(&f.convert, "convert", "", "print the configuration in another `SHAPE`: "+strings.Join(corsfile.TargetNames(), ", "))
	c.Flags().StringVar(&f.format, "format", "text", "`FORMAT` of the findings: "+strings.Join(lintFormats(), ", "))
	c.Flags().StringSliceVar(&f.disable, "disable", nil, "`CODES` to leave out, such as CP301 or head-beside-get")
	c.Flags().BoolVar(&f.fix, "fix", false, "write the file anew with what can be mended safely; with --convert print it mended")
	return c
}

// linted is one file, what was found in it, or why it could not be read.
type linted struct {
	name     string
	file     *corsfile.File
	report   lint.Report
	problems []corsfile.Notice
	mended   []string // codes
}

func (f *lintFlags) run(stdin io.Reader, stdout, stderr io.Writer, names []string) error {
	options, err := f.options()
	if err != nil {
		return exit{exitUsage, err}
	}
	var all []linted
	var failed []error
	for _, name := range names {
		one, err := f.one(stdin, name, options)
		if failed = append(failed, err); err == nil {
			all = append(all, one)
		}
	}
	if f.convert != "" {
		failed = append(failed, f.converted(stdout, all))
		stdout = stderr
	}
	lintFormat[f.format](stdout, all)
	return lintExit(all, errors.Join(failed...))
}

// options checks the flags' words.
func (f *lintFlags) options() (lint.Options, error) {
	var o lint.Options
	var problems []error
	for _, id := range f.disable {
		c, ok := lint.ByCode(id)
		if !ok {
			problems = append(problems, fmt.Errorf("--disable %s: there is no such code; corsprobe explain lists them", id))
		}
		o.Disabled = append(o.Disabled, c.ID)
	}
	if lintFormat[f.format] == nil {
		problems = append(problems, fmt.Errorf("--format %s: write %s", f.format, strings.Join(lintFormats(), ", ")))
	}
	if f.convert != "" && !slices.Contains(corsfile.TargetNames(), f.convert) {
		problems = append(problems, fmt.Errorf("--convert %s: write %s", f.convert, strings.Join(corsfile.TargetNames(), ", ")))
	}
	var err error
	o.Provider, err = lintProvider(f.provider)
	return o, errors.Join(append(problems, err)...)
}

// one reads a file, fixes it where that is wanted, and checks it. The error is one of the file system.
func (f *lintFlags) one(stdin io.Reader, name string, o lint.Options) (linted, error) {
	l := linted{name: name}
	data, path, choice, err := readConfigurationFile(stdin, name)
	if err != nil {
		return l, err
	}
	l.name = path
	l.file, err = corsfile.Read(path, data)
	var problems corsfile.Problems
	if errors.As(err, &problems) {
		l.problems = problems.All
		return l, nil
	}
	if f.fix {
		if err := f.mend(&l, path, o); err != nil {
			return l, err
		}
	}
	if choice != "" {
		only, err := l.file.One(choice)
		if err != nil {
			return l, err
		}
		l.file.Configurations = []*corsfile.Configuration{only}
	}
	l.report = lint.File(l.file, o)
	return l, nil
}

// mend writes the fixed file, and goes on with it.
func (f *lintFlags) mend(l *linted, path string, o lint.Options) error {
	data, mended, err := lint.Fix(l.file, o)
	if err != nil || len(mended) == 0 {
		return err
	}
	if f.convert == "" && path == "-" {
		return errors.New("--fix writes a file, and standard input is none: add --convert to print it mended")
	}
	if f.convert == "" {
		if err := file.Replace(path, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	l.mended = mended
	l.file, err = corsfile.Read(path, data)
	return err
}

// converted prints each configuration in the other shape.
func (f *lintFlags) converted(w io.Writer, all []linted) error {
	var problems []error
	for _, l := range all {
		if l.file == nil {
			continue
		}
		text, err := corsfile.Write(f.convert, l.file.Configurations...)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", l.name, err))
			continue
		}
		_, err = w.Write(text)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// lintExit: what cannot be read goes before what is refused.
func lintExit(all []linted, err error) error {
	if err != nil {
		return exit{exitUsage, err}
	}
	code := 0
	for _, l := range all {
		switch {
		case len(l.problems) > 0:
			return exit{code: exitUsage}
		case l.report.Count(lint.Error) > 0:
			code = exitFindings
		}
	}
	if code != 0 {
		return exit{code: code}
	}
	return nil
}

// readConfigurationFile reads a file, or standard input for -. A name of a configuration may follow #; a file whose own name has one goes first.
func readConfigurationFile(stdin io.Reader, name string) (data []byte, path, choice string, err error) {
	if path, choice = name, ""; name == file.Stdin || strings.HasPrefix(name, file.Stdin+"#") {
		path, choice = file.Stdin, strings.TrimPrefix(name[len(file.Stdin):], "#")
		data, err = file.ReadAll(stdin, corsfile.MaxSize)
	} else if data, err = file.Input(name, corsfile.MaxSize); errors.Is(err, fs.ErrNotExist) {
		if before, after := corsfile.Split(name); after != "" {
			path, choice = before, after
			data, err = file.Input(path, corsfile.MaxSize)
		}
	}
	if err != nil {
		return nil, path, choice, fmt.Errorf("%s: %w", path, err)
	}
	return data, path, choice, nil
}

// readConfiguration reads the one configuration of a file, or of standard input for -; FILE#NAME chooses one of several. What its reader noticed,
// and is worth more than a note, is told.
func readConfiguration(name string, stderr io.Writer) (*corsfile.Configuration, error) {
	data, path, choice, err := readConfigurationFile(os.Stdin, name)
	if err != nil {
		return nil, err
	}
	found, err := corsfile.Read(path, data)
	if err != nil {
		return nil, err
	}
	cfg, err := found.One(choice)
	if err != nil {
		return nil, err
	}
	cfg.Notices = found.All(cfg)
	for _, n := range cfg.Notices {
		if n.Severity != lint.Note {
			fmt.Fprintf(stderr, "corsprobe: %s:%s\n", path, n)
		}
	}
	return cfg, nil
}
