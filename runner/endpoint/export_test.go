package endpoint

import (
	"bytes"
	"corsprobe/runner/s3cors"
	"encoding/json"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

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

// Place is the normal form of an endpoint's URL.
var Place = place

// Die has the endpoint's run end as a killed process does: the system lets go of its locks, and nothing is cleaned up.
func (e *Endpoint) Die() {
	e.Mortal()
	for b := range e.open {
		if b.hold != nil {
			_ = b.hold.lock.flock.Close()
		}
	}
	if l := e.ledger.lock; l != nil {
		data, _ := json.Marshal(e.holder())
		_ = os.WriteFile(l.flock.Path(), data, 0o600)
		_ = l.flock.Close()
		ledger, _ := os.ReadFile(e.ledger.file.Name())
		_, lines, _ := bytes.Cut(ledger, []byte("\n"))
		head, _ := json.Marshal(ledgerHead{e.URL(), e.Region(), e.holder()})
		_ = os.WriteFile(e.ledger.file.Name(), append(append(head, '\n'), lines...), 0o600)
	}
}

// Mortal has the endpoint's run tell others that it is a process of which the system knows that it has ended.
func (e *Endpoint) Mortal() { e.process.Started = "1" }

// On has the endpoint's run tell others that it runs on another machine.
func (e *Endpoint) On(host string) { e.process.Host, e.process.Space = host, "another boot" }

// SDKConfiguration is a configuration as the SDK sends it.
func SDKConfiguration(cfg *s3cors.Configuration) *types.CORSConfiguration {
	return sdkConfiguration(cfg)
}

// ProcessStart is when a process was started.
var ProcessStart = processStart

// NewHolder is this process, for a run.
var NewHolder = newHolder

// TakeLock takes a lock, and gives what lets go of it.
func TakeLock(path string, holder Holder, force bool) (release func(), err error) {
	l, err := takeLock(path, holder, force)
	if err != nil {
		return nil, err
	}
	return l.release, nil
}

// Saved is what the bucket held before the run.
func (b *Bucket) Saved() *s3cors.Configuration { return b.saved.CORS }

// ReadLedger reads a ledger's names.
func ReadLedger(data []byte) ([]string, bool) {
	l, ok := readLedger(data)
	return l.names, ok
}

// CloseIdle closes connections that wait for further calls.
func (e *Endpoint) CloseIdle() {
	e.client.Options().HTTPClient.(*guard).client.CloseIdleConnections()
	e.probe.Close()
}
