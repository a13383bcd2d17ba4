package reports

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"time"

	"gopkg.in/yaml.v3"

	"corsprobe/runner/result"
)

// A conformance statement is what a provider publishes of a run: who, when, with what, which levels, and everything that stands against
// them. Its version rises when a field changes its meaning or goes away.
const (
	statementVersion = "corsprobe/v1"
	statementKind    = "ConformanceStatement"
)

type (
	statement struct {
		APIVersion     string             `yaml:"apiVersion"`
		Kind           string             `yaml:"kind"`
		Implementation implementation     `yaml:"implementation"`
		Run            statementRun       `yaml:"run"`
		Levels         []statementLevel   `yaml:"levels"`
		Cells          statementCells     `yaml:"cells"`
		Known          []statementKnown   `yaml:"knownDeviations,omitempty"`
		Observed       []statementChoice  `yaml:"observed,omitempty"`
		Undecided      []statementReason  `yaml:"undecided,omitempty"`
		Unsupported    []statementReason  `yaml:"unsupported,omitempty"`
		Stale          []statementProblem `yaml:"staleDeviations,omitempty"`
		CleanUp        []string           `yaml:"notCleanedUp,omitempty"`
	}
	implementation struct {
		Provider string `yaml:"provider,omitempty"`
		Product  string `yaml:"product,omitempty"`
		Version  string `yaml:"version,omitempty"`
		Server   string `yaml:"server,omitempty"` // the header of that name, which may be a proxy's
		Region   string `yaml:"region,omitempty"`
		Endpoint string `yaml:"endpoint"`
	}
	statementRun struct {
		ID         string `yaml:"id"`
		Date       string `yaml:"date,omitempty"` // RFC 3339, UTC
		Tool       string `yaml:"tool"`
		Asked      string `yaml:"asked,omitempty"` // digest of the cells and configurations
		Part       string `yaml:"part,omitempty"`  // "2 of 4"
		Incomplete string `yaml:"incomplete,omitempty"`
	}
	statementLevel struct {
		Name    string             `yaml:"name"`
		Meaning string             `yaml:"meaning"`
		State   string             `yaml:"state"`
		Reason  string             `yaml:"reason,omitempty"`
		Against []statementAgainst `yaml:"against,omitempty"`
	}
	statementAgainst struct {
		Check string `yaml:"check"`
		Class string `yaml:"class"`
		Cells int    `yaml:"cells"`
		First string `yaml:"first"`
	}
	statementCells struct {
		Total       int `yaml:"total"`
		Passed      int `yaml:"passed"`
		Failed      int `yaml:"failed"`
		Flaky       int `yaml:"flaky"`
		Errors      int `yaml:"errors"`
		Known       int `yaml:"known"`
		Unsupported int `yaml:"unsupported"`
	}
	statementKnown struct {
		Reason string   `yaml:"reason"`
		Link   string   `yaml:"link,omitempty"`
		Checks []string `yaml:"checks"`
		Cells  int      `yaml:"cells"`
	}
	statementChoice struct {
		Point  string `yaml:"point"`
		Choice string `yaml:"choice"`
		Cells  int    `yaml:"cells"`
		Facts  []int  `yaml:"facts,omitempty,flow"`
	}
	statementReason struct {
		Reason string `yaml:"reason"`
		Cells  int    `yaml:"cells"`
		First  string `yaml:"first"`
	}
	statementProblem struct {
		Where   string `yaml:"where"`
		Problem string `yaml:"problem"`
	}
)

// writeStatement writes YAML whose text is visible: what an endpoint sent stands in it as a terminal would show it.
func writeStatement(w io.Writer, r result.Report) error {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(statementOf(r)), e.Close()); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

func statementOf(r result.Report) statement {
	s := statement{
		APIVersion: statementVersion, Kind: statementKind,
		Implementation: implementationOf(r.Endpoint), Run: statementRunOf(r.Run), Levels: statementLevels(Levels(r)),
		Cells:       statementCells{len(r.Cells), r.Summary.Passed, r.Summary.Failed, r.Summary.Flaky, r.Summary.Errors, r.Summary.Known, r.Summary.Unsupported},
		Undecided:   statementReasons(pick(r.Cells, func(v result.Verdict) bool { return isError(v) || v == result.Flaky })),
		Unsupported: statementReasons(pick(r.Cells, func(v result.Verdict) bool { return v == result.Unsupported })),
	}
	for _, d := range knownDeviations(r.Cells) {
		s.Known = append(s.Known, statementKnown{short(d.Reason), short(d.Link), visibleAll(d.checks), d.cells})
	}
	for _, o := range r.Observations {
		s.Observed = append(s.Observed, statementChoice{short(o.Point), short(o.Choice), o.Cells, o.Facts})
	}
	for _, l := range r.CleanUp {
		s.CleanUp = append(s.CleanUp, leftoverLine(l))
	}
	for _, d := range r.Stale {
		s.Stale = append(s.Stale, statementProblem{short(d.Where), short(d.Check + " of " + d.Cells + " " + d.Problem)})
	}
	return s
}

// product is the first part of a Server header: "MinIO/2025.1 (linux)".
var product = regexp.MustCompile(`^([!#$%&'*+.^_|~0-9A-Za-z-]+)/([!#$%&'*+.^_|~0-9A-Za-z-]+)`)

// implementationOf says who was probed, as far as that is known. Where nobody named the endpoint, its Server header does.
func implementationOf(e result.Endpoint) implementation {
	i := implementation{Provider: short(e.Provider), Product: short(e.Name), Server: short(e.Server), Region: short(e.Region), Endpoint: short(e.URL)}
	if parts := product.FindStringSubmatch(e.Server); parts != nil && e.Name == "" {
		i.Product, i.Version = short(parts[1]), short(parts[2])
	}
	return i
}

func statementRunOf(run result.Run) statementRun {
	s := statementRun{ID: short(run.ID), Tool: short(run.Tool), Asked: short(run.Digest), Incomplete: short(run.Incomplete)}
	if !run.Started.IsZero() {
		s.Date = run.Started.UTC().Format(time.RFC3339)
	}
	if run.Shard != nil {
		s.Part = partOf(*run.Shard)
	}
	return s
}

func statementLevels(levels []result.Level) []statementLevel {
	all := make([]statementLevel, len(levels))
	for i, l := range levels {
		all[i] = statementLevel{Name: l.Name, Meaning: l.Meaning, State: string(l.State), Reason: l.Reason}
		for _, a := range l.Against {
			all[i].Against = append(all[i].Against, statementAgainst{short(a.Check), short(string(a.Class)), a.Cells, visible(a.First)})
		}
	}
	return all
}

func statementReasons(cells []*result.Cell) []statementReason {
	var all []statementReason
	for _, g := range groupBy(cells, reasonOf) {
		all = append(all, statementReason{short(g.key), len(g.cells), visible(g.cells[0].ID)})
	}
	return all
}

// short is a value as a person reads it.
func short(s string) string { return brief(s, valueLimit) }

func visibleAll(words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = short(w)
	}
	return all
}
