package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"corsprobe/runner"
	"corsprobe/runner/corsfile"
	"corsprobe/runner/file"
	"corsprobe/runner/lint"
	"corsprobe/runner/s3cors"
	"corsprobe/scenarios"

	"github.com/spf13/cobra"
)

// initFlags are the flags of corsprobe init.
type initFlags struct {
	target       targetFlags
	cors, bucket string
	output       string
	force        bool
	refused      bool // other tools refuse the file, so that a scenario cannot name it
}

func initCommand() *cobra.Command {
	var f initFlags
	c := &cobra.Command{
		Use:   "init (--cors FILE | --bucket NAME)",
		Short: "Write a scenario for the configuration of a file or a bucket",
		Long: `Writes a scenario that applies a configuration and tries on it its origins and their neighbours, every method, and the headers that it allows.
The configuration is a file's (--cors), or a bucket's (--bucket), of which it is only read. No file is overwritten unless --force is given.`,
		Example: `  corsprobe init --cors cors.json
  corsprobe init --bucket my-media --provider ovhcloud --region gra --output media.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.do(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.target.register(c)
	f.target.registerProvider(c)
	c.Flags().StringVar(&f.cors, "cors", "", "`FILE` with a configuration, in any shape that corsprobe lint reads; FILE#NAME chooses one of several")
	c.Flags().StringVar(&f.bucket, "bucket", "", "`NAME` of a bucket whose configuration is read")
	c.Flags().StringVar(&f.output, "output", "", "`FILE` to write, - for standard output (default: named by the bucket or the configuration's file)")
	c.Flags().BoolVar(&f.force, "force", false, "overwrite a file that is there")
	c.MarkFlagsMutuallyExclusive("cors", "bucket")
	c.MarkFlagsOneRequired("cors", "bucket")
	return c
}

func (f *initFlags) do(ctx context.Context, stdout, stderr io.Writer) error {
	cfg, err := f.configuration(ctx, stderr)
	if err != nil {
		return err
	}
	if f.output == "" {
		f.output = f.subject() + ".yaml"
	}
	name := strings.TrimSuffix(filepath.Base(f.output), filepath.Ext(f.output))
	if f.output == "-" {
		name = f.subject()
	}
	text, err := scenarios.Generate(name, f.description(), f.corsFile(), cfg)
	if err != nil {
		return exit{exitUsage, err}
	}
	if f.output == "-" {
		_, err := stdout.Write(text)
		return err
	}
	if err := f.write(text); err != nil {
		return exit{exitUsage, err}
	}
	f.next(stdout)
	return nil
}

// configuration is the file's or the bucket's.
func (f *initFlags) configuration(ctx context.Context, stderr io.Writer) (*s3cors.Configuration, error) {
	if f.cors != "" {
		cfg, err := readConfiguration(f.cors, stderr)
		if err != nil {
			return nil, exit{exitUsage, err}
		}
		f.refused = slices.ContainsFunc(cfg.Notices, func(n corsfile.Notice) bool { return n.Severity == lint.Error })
		return cfg.Configuration, nil
	}
	if err := f.target.applyProvider(); err != nil {
		return nil, exit{exitUsage, err}
	}
	target, err := f.target.openRemote(ctx, runner.NewID())
	if err != nil {
		return nil, noJudgement(ctx, err)
	}
	defer target.close()
	cfg, err := target.endpoint.ReadCORS(ctx, f.bucket)
	if err == nil && cfg == nil {
		err = fmt.Errorf("the bucket %s has no CORS configuration: there is nothing to write a scenario for; --cors takes a file", f.bucket)
	}
	if err != nil {
		return nil, noJudgement(ctx, err)
	}
	return cfg, nil
}

// subject is what the scenario is about, in a word.
func (f *initFlags) subject() string {
	if f.bucket != "" {
		return f.bucket
	}
	if f.cors == "-" {
		return "cors"
	}
	if _, name := corsfile.Split(f.cors); name != "" && !exists(f.cors) {
		return notInNames.ReplaceAllString(name, "-")
	}
	return strings.TrimSuffix(filepath.Base(f.cors), filepath.Ext(f.cors))
}

// notInNames is what a scenario's name and a file's should not have.
var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (f *initFlags) description() string {
	if f.bucket != "" {
		return "The configuration of the bucket " + f.bucket + ", its origins and their neighbours."
	}
	return "The configuration of " + filepath.Base(f.cors) + ", its origins and their neighbours."
}

// corsFile names the configuration's file where a scenario may: as JSON or XML in the scenario's folder or below it.
func (f *initFlags) corsFile() string {
	if ext := strings.ToLower(filepath.Ext(f.cors)); f.refused || f.output == "-" || ext != ".json" && ext != ".xml" {
		return ""
	}
	relative, err := filepath.Rel(filepath.Dir(f.output), f.cors)
	if err != nil || !filepath.IsLocal(relative) {
		return ""
	}
	return filepath.ToSlash(relative)
}

func (f *initFlags) write(text []byte) error {
	path, _ := corsfile.Split(f.cors)
	if f.cors != "" && (file.Same(f.output, f.cors) || file.Same(f.output, path)) {
		return fmt.Errorf("--output %s would overwrite the file that --cors reads: name another file", f.output)
	}
	write := file.Create
	if f.force {
		write = file.Replace
	}
	err := write(f.output, func(w io.Writer) error { _, err := w.Write(text); return err })
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already: give another --output, or --force to overwrite it", f.output)
	case err != nil:
		return fmt.Errorf("--output %s: %w", f.output, err)
	}
	return nil
}

// next says what to do with the file.
func (f *initFlags) next(w io.Writer) {
	fmt.Fprintf(w, "%s is written. Next:\n", f.output)
	fmt.Fprintf(w, "  corsprobe schema > %s   # an editor then completes and checks the file\n", scenarios.SchemaFile)
	fmt.Fprintf(w, "  corsprobe list --cells %s   # what it asks\n", f.output)
	fmt.Fprintf(w, "  corsprobe run %s   # on an S3 server of corsprobe's own\n", f.output)
	if f.bucket != "" {
		fmt.Fprintf(w, "  corsprobe run %s --bucket %s%s   # on the bucket; its configuration is saved and put back\n", f.output, f.bucket, f.reach())
		return
	}
	fmt.Fprintf(w, "  corsprobe run %s --provider NAME --region REGION   # on yours; corsprobe list providers names them\n", f.output)
}

// reach repeats the flags by which the endpoint was found.
func (f *initFlags) reach() string {
	switch region := f.target.config.Region; {
	case f.target.provider != "" && region != "":
		return " --provider " + f.target.provider + " --region " + region
	case f.target.config.URL != "" && region != "":
		return " --endpoint " + f.target.config.URL + " --region " + region
	case f.target.config.URL != "":
		return " --endpoint " + f.target.config.URL
	default:
		return ""
	}
}
