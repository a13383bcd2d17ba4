package cli

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"corsprobe/runner/result"
)

// takeShard leaves the shard's part of the plan, and notes what the others ask.
func (f *runFlags) takeShard(c *chosen) error {
	shard, by, err := shardOf(f.shard, os.Getenv)
	if err != nil || shard == nil {
		return err
	}
	if f.outcome.accept && shard.Total > 1 {
		return fmt.Errorf("--update-baseline: shard %d of %d sees a part only; give it to corsprobe merge", shard.Index, shard.Total)
	}
	whole := c.plan
	c.shard, c.whole, c.plan = shard, whole.Digest(), whole.Shard(shard.Index, shard.Total)
	mine := map[string]bool{}
	for _, id := range c.plan.IDs() {
		mine[id] = true
	}
	c.inOtherShards = slices.DeleteFunc(whole.IDs(), func(id string) bool { return mine[id] })
	slices.Sort(c.inOtherShards)
	note := fmt.Sprintf("shard %d of %d by %s: %d of %d cells, %d of %d scenarios", shard.Index, shard.Total, by, c.plan.Results(), whole.Results(), len(c.plan.Scenarios), len(whole.Scenarios))
	if len(c.plan.Scenarios) == 0 {
		note += "; a scenario's cells stay together, so more shards than scenarios are of no use"
	}
	c.notes = append(c.notes, note)
	return nil
}

// mostShards bounds a slip of the pen.
const mostShards = 10_000

// shardOf says which part of the plan is asked, and by what: the flag, else the environment of Kubernetes or GitLab. nil: all of it.
func shardOf(flag string, getenv func(string) string) (shard *result.Shard, by string, err error) {
	total, isTotal := strings.CutPrefix(flag, "/")
	switch {
	case flag != "" && !isTotal:
		index, total, both := strings.Cut(flag, "/")
		if !both {
			return nil, "", fmt.Errorf("--shard %s: expected I/N, which part and of how many, such as 1/3", flag)
		}
		shard, err = newShard(index, total, 0)
		by = "--shard"
	case isTotal:
		index, first, name := indexIn(getenv)
		if index == "" {
			return nil, "", fmt.Errorf("--shard %s: neither JOB_COMPLETION_INDEX nor CI_NODE_INDEX says which part; write --shard I%s", flag, flag)
		}
		shard, err = newShard(index, total, first)
		by = "--shard and " + name
	case getenv("CORSPROBE_SHARDS") != "":
		if getenv("JOB_COMPLETION_INDEX") == "" {
			return nil, "", fmt.Errorf("CORSPROBE_SHARDS is %s, but JOB_COMPLETION_INDEX does not say which of them this is; write --shard I/N", getenv("CORSPROBE_SHARDS"))
		}
		shard, err = newShard(getenv("JOB_COMPLETION_INDEX"), getenv("CORSPROBE_SHARDS"), -1)
		by = "JOB_COMPLETION_INDEX and CORSPROBE_SHARDS"
	case getenv("CI_NODE_INDEX") != "" && getenv("CI_NODE_TOTAL") != "":
		shard, err = newShard(getenv("CI_NODE_INDEX"), getenv("CI_NODE_TOTAL"), 0)
		by = "CI_NODE_INDEX and CI_NODE_TOTAL"
	}
	if err != nil {
		return nil, "", fmt.Errorf("shard by %s: %w", by, err)
	}
	return shard, by, nil
}

// indexIn finds the part's number in the environment, what is to be taken off it so that it counts from 1, and its name.
func indexIn(getenv func(string) string) (index string, off int, name string) {
	if index := getenv("JOB_COMPLETION_INDEX"); index != "" {
		return index, -1, "JOB_COMPLETION_INDEX"
	}
	return getenv("CI_NODE_INDEX"), 0, "CI_NODE_INDEX"
}

func newShard(index, total string, off int) (*result.Shard, error) {
	i, indexErr := strconv.Atoi(index)
	n, totalErr := strconv.Atoi(total)
	i -= off
	if indexErr != nil || totalErr != nil || i < 1 || i > n || n > mostShards {
		return nil, fmt.Errorf("found %s/%s, expected I/N with I from %d to %s", index, total, 1+off, lastIndex(off))
	}
	return &result.Shard{Index: i, Total: n}, nil
}

func lastIndex(off int) string {
	if off < 0 {
		return "N-1"
	}
	return "N"
}
