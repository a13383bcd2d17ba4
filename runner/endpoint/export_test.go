package endpoint

import "time"

// Settle sets how long a configuration may take to show.
func (e *Endpoint) Settle(d time.Duration) { e.settle = d }

// Diagnose is what a caller is told of an error without an answer.
func (e *Endpoint) Diagnose(err error) string { return e.diagnose(err).Error() }

// ReadJournal reads what Journal's write wrote.
var ReadJournal = readJournal

// Held reports how many buckets the endpoint holds.
func (e *Endpoint) Held() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.open)
}
