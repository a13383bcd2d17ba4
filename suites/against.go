package suites

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"corsprobe/runner"
	"corsprobe/runner/endpoint"
	"corsprobe/runner/probe"
	"corsprobe/runner/result"
	"corsprobe/scenarios"
)

// Target is an endpoint and how it is probed.
type Target struct {
	Endpoint endpoint.Config
	Options  runner.Options
}

// Catalogue is the plan of the built-in scenarios up to the depth normal, or of all those whose id fits one of the globs. It panics where the
// globs are wrong: it is called while a test package is initialised, and could not return an error to anybody.
func Catalogue(globs ...string) scenarios.Plan {
	plan, err := catalogue(globs)
	if err != nil {
		panic("suites.Catalogue: " + err.Error())
	}
	return plan
}

func catalogue(globs []string) (scenarios.Plan, error) {
	all, err := scenarios.Catalogue()
	if err != nil {
		return scenarios.Plan{}, err
	}
	plan, err := scenarios.Expand(all)
	if err != nil || len(globs) == 0 {
		return plan.UpTo(scenarios.Normal), err
	}
	for _, glob := range globs {
		if plan.Filter(func(id string) bool { return scenarios.Glob(glob, id) }).Cells() == 0 {
			return plan, fmt.Errorf("%s fits no cell", glob)
		}
	}
	return plan.Filter(func(id string) bool {
		for _, glob := range globs {
			if scenarios.Glob(glob, id) {
				return true
			}
		}
		return false
	}), nil
}

// Against describes a plan in somebody's own suite. connect is called once, by the first spec that runs, so that it may name a server that
// BeforeSuite started. Each scenario begins when its first spec does: only what the suite's filters leave is asked, and under ginkgo -p
// each process asks its own.
func Against(plan scenarios.Plan, connect func() (Target, error)) bool {
	return Describe(plan, &onDemand{plan: plan, connect: sync.OnceValues(func() (*connection, error) { return open(connect) })})
}

// connection is an open endpoint.
type connection struct {
	endpoint *endpoint.Endpoint
	client   *probe.Client
	options  runner.Options
	run      string
}

func open(connect func() (Target, error)) (*connection, error) {
	target, err := connect()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if target.Endpoint.RunID == "" {
		target.Endpoint.RunID = runner.NewID()
	}
	e, err := endpoint.Open(ctx, target.Endpoint)
	if err != nil {
		return nil, err
	}
	if target.Options.Bucket == "" {
		if err := e.Check(ctx); err != nil {
			return nil, err
		}
	}
	return connected(e, target.Endpoint, target.Options)
}

// connected adds what sends the probes.
func connected(e *endpoint.Endpoint, config endpoint.Config, options runner.Options) (*connection, error) {
	probes := config.Options
	if creds, err := e.Credentials(context.Background()); err == nil {
		probes.Secrets = append(probes.Secrets, creds.SecretAccessKey, creds.SessionToken)
	}
	client, err := probe.New(probes)
	if err != nil {
		return nil, err
	}
	return &connection{endpoint: e, client: client, options: options, run: config.RunID}, nil
}

// onDemand begins a scenario's run when its first result is asked for.
type onDemand struct {
	plan    scenarios.Plan
	connect func() (*connection, error)

	mu   sync.Mutex
	runs map[string]*runner.Run // by scenario
}

// Wait implements [Source].
func (o *onDemand) Wait(ctx context.Context, id string) result.Cell {
	run, err := o.run(id)
	if err != nil {
		return result.Cell{ID: id, Title: "no run", Verdict: result.Error, Reason: err.Error()}
	}
	return run.Wait(ctx, id)
}

// End waits for the end of a scenario's run, clean-up included: the process may end with the suite. The error holds what clean-up could not
// do, and where corsprobe itself failed.
func (o *onDemand) End(scenario string) error {
	o.mu.Lock()
	run := o.runs[scenario]
	o.mu.Unlock()
	if run == nil {
		return nil
	}
	_, trouble := run.Finish()
	if c, err := o.connect(); err == nil {
		c.client.Close() // idle connections only: the next scenario makes its own
		c.endpoint.Close()
	}
	return errors.Join(trouble...)
}

func (o *onDemand) run(id string) (*runner.Run, error) {
	c, err := o.connect()
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, planned := range o.plan.Scenarios {
		if name := planned.Scenario.ID; scenarios.Glob(name, id) {
			if o.runs == nil {
				o.runs = map[string]*runner.Run{}
			}
			if o.runs[name] == nil {
				o.runs[name] = runner.Start(context.Background(), scenarios.Plan{Scenarios: []scenarios.Planned{planned}}, c.endpoint, c.client, c.run, c.options)
			}
			return o.runs[name], nil
		}
	}
	return nil, fmt.Errorf("%s is not in the plan", id)
}
