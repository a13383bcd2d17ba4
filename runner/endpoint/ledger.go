package endpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// ledger is the list on disk of the buckets that a run makes for itself: a name is written before the bucket is made, and struck out after it
// is deleted. So sweep finds the buckets of a killed run whatever became of them, and leaves alone those of a run that is under way.
type ledger struct {
	mu   sync.Mutex
	file *os.File // nil: none is kept at the moment
	lock *lock
	open []string // names of buckets that may be there
}

// ledgerHead is the first line of a ledger.
type ledgerHead struct {
	Endpoint string `json:"endpoint"`
	Region   string `json:"region"`
	Holder   Holder `json:"holder"`
}

// ledgerLine is every further one.
type ledgerLine struct {
	Bucket string `json:"bucket,omitempty"` // about to be made
	Gone   string `json:"gone,omitempty"`
}

// enter records a bucket that is about to be made. Where the disk has no place for that, the run goes on: the object that it puts into the
// bucket first says the same to sweep.
func (e *Endpoint) enter(name string) {
	l := &e.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, name)
	if l.file == nil && l.begin(e) != nil {
		return
	}
	_ = appendLine(l.file, ledgerLine{Bucket: name})
}

// strike records that a bucket was deleted. With the last one the ledger is removed.
func (e *Endpoint) strike(name string) {
	l := &e.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = slices.DeleteFunc(l.open, func(n string) bool { return n == name })
	switch {
	case l.file == nil:
	case len(l.open) > 0:
		_ = appendLine(l.file, ledgerLine{Gone: name})
	default:
		_ = l.file.Close()
		_ = os.Remove(l.file.Name())
		l.lock.release()
		l.file, l.lock = nil, nil
	}
}

// begin makes the file, with a lock beside it.
func (l *ledger) begin(e *Endpoint) error {
	dir, err := journalDir(e.config.JournalDir)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, fileName(e.config.RunID)+"-*.buckets")
	if err != nil {
		return err
	}
	if l.lock, err = takeLock(ledgerLock(file.Name()), e.holder(), false); err == nil {
		err = appendLine(file, ledgerHead{e.URL(), e.Region(), e.holder()})
	}
	if err != nil {
		if l.lock != nil {
			l.lock.release()
		}
		return errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	syncDir(dir)
	l.file = file
	return nil
}

func ledgerLock(path string) string { return path + ".lock" }

// appendLine puts one line on disk before it returns.
func appendLine(f *os.File, line any) error {
	data, err := json.Marshal(line)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(data, '\n')); err != nil {
		return err
	}
	return f.Sync()
}

// entries is a ledger as it is found on disk.
type entries struct {
	ledgerHead
	path  string
	names []string // of buckets that may be there
}

// ledgers reads the ledgers of an endpoint, however its URL is spelled. A file that cannot be read is skipped.
func (e *Endpoint) ledgers() []entries {
	dir, err := journalDir(e.config.JournalDir)
	if err != nil {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.buckets")) // the pattern is right
	var found []entries
	for _, path := range paths {
		data, err := readSmall(path)
		if err != nil {
			continue
		}
		l, ok := readLedger(data)
		if l.path = path; ok && place(l.Endpoint) == place(e.URL()) {
			found = append(found, l)
		}
	}
	return found
}

// readLedger reads what was written. A last line without an end was being written when the run was killed: its bucket was not made.
func readLedger(data []byte) (entries, bool) {
	lines := bytes.Split(data, []byte("\n"))
	var l entries
	if len(lines) < 2 || json.Unmarshal(lines[0], &l.ledgerHead) != nil || l.Holder.Run == "" {
		return l, false
	}
	for _, text := range lines[1 : len(lines)-1] {
		var line ledgerLine
		if json.Unmarshal(text, &line) != nil {
			continue
		}
		if line.Bucket != "" {
			l.names = append(l.names, line.Bucket)
		}
		l.names = slices.DeleteFunc(l.names, func(n string) bool { return n == line.Gone })
	}
	return l, true
}

// state is whether the run of a ledger is under way. A run of this machine is known by its lock; of a run of another machine, where two share
// a disk, nothing can be known.
func (l entries) state() state {
	switch s := l.Holder.state(); {
	case s != unknown:
		return s
	case held(ledgerLock(l.path)):
		return running
	case l.Holder.here():
		return ended
	}
	return unknown
}

// strike records in the ledger of a run that is over that a bucket was deleted. With the last one the ledger is removed.
func (l *entries) strike(name string) {
	l.names = slices.DeleteFunc(l.names, func(n string) bool { return n == name })
	if len(l.names) == 0 {
		_ = os.Remove(l.path)
		_ = os.Remove(ledgerLock(l.path))
		return
	}
	if f, err := os.OpenFile(l.path, os.O_APPEND|os.O_WRONLY, 0); err == nil {
		_ = appendLine(f, ledgerLine{Gone: name})
		_ = f.Close()
	}
}
