package result

// EmptyShard reports that a run judged nothing for the one reason that is no fault: its plan has fewer scenarios than there are shards, and
// the other shards hold all of them.
func (r Report) EmptyShard() bool {
	return r.Run.Shard != nil && r.Run.Shard.Total > 1 && len(r.Cells) == 0 && r.Run.Incomplete == ""
}
