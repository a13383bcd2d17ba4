package endpoint

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"corsprobe/runner/s3cors"
)

// Journal is what a user's bucket held before a run changed it.
type Journal struct {
	Endpoint   string                `json:"endpoint"`
	Region     string                `json:"region"`
	Addressing string                `json:"addressing,omitempty"`
	Bucket     string                `json:"bucket"`
	Saved      time.Time             `json:"saved"`
	Run        string                `json:"run"`
	Holder     Holder                `json:"holder,omitzero"`
	Restored   bool                  `json:"restored,omitempty"` // the configuration was put back and proved, or not changed; objects of the run are left
	CORS       *s3cors.Configuration `json:"cors"`               // null: none
	path       string
}

// MarshalJSON leaves the configuration out where it is not to be put back: a reader that does not know of Restored must not take null for "none".
func (j Journal) MarshalJSON() ([]byte, error) {
	type fields Journal
	if !j.Restored {
		return json.Marshal(fields(j))
	}
	return json.Marshal(struct {
		fields
		CORS *s3cors.Configuration `json:"cors,omitempty"`
	}{fields: fields(j)})
}

// Path is the journal's file.
func (j Journal) Path() string { return j.path }

// journalDir is the folder of locks and journals.
func journalDir(dir string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "corsprobe", "journal"), err
}

// journalPath is the file of a run's journal.
func journalPath(dir, run, bucket string) string {
	return filepath.Join(dir, run+"-"+fileName(bucket)+".json")
}

// write puts the journal on disk, whole and for good before it returns.
func (j *Journal) write() error {
	dir := filepath.Dir(j.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "*.tmp") // mode 0600
	if err != nil {
		return err
	}
	err = errors.Join(json.NewEncoder(f).Encode(j), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), j.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	syncDir(dir)
	return nil
}

// syncDir makes a rename outlast a power cut where the system can do that for directories.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// readJournal reads what write wrote. A document without the configuration is an error: it does not say whether the bucket had one.
func readJournal(data []byte) (Journal, error) {
	var read struct {
		Journal
		CORS json.RawMessage `json:"cors"`
	}
	if err := json.Unmarshal(data, &read); err != nil {
		return Journal{}, err
	}
	j := read.Journal
	switch {
	case j.Bucket == "" || j.Endpoint == "" || j.Run == "" || read.CORS == nil && !j.Restored:
		return Journal{}, errors.New("bucket, endpoint, run or cors is missing")
	case strings.Contains(j.Run, "/"):
		return Journal{}, fmt.Errorf("%q is no run", j.Run)
	case oneLine(j.Endpoint+j.Bucket+j.Region+j.Run+j.Addressing) != j.Endpoint+j.Bucket+j.Region+j.Run+j.Addressing:
		return Journal{}, errors.New("a name in it cannot be shown")
	}
	if j.CORS = nil; j.Restored {
		return j, nil
	}
	if err := json.Unmarshal(read.CORS, &j.CORS); err != nil {
		return Journal{}, err
	}
	if j.CORS != nil && len(j.CORS.CORSRules) == 0 {
		return Journal{}, errors.New("the configuration has no rules")
	}
	return j, nil
}

// newJournal is the journal of a bucket in this run's hands.
func (e *Endpoint) newJournal(bucket string) (*Journal, error) {
	dir, err := journalDir(e.config.JournalDir)
	if err != nil {
		return nil, fmt.Errorf("no place for the journal: %w", err)
	}
	return &Journal{
		Endpoint: e.URL(), Region: e.Region(), Addressing: e.config.Addressing, Bucket: bucket, Run: e.config.RunID,
		Saved: time.Now().UTC(), Holder: e.holder(), path: journalPath(dir, e.config.RunID, bucket),
	}, nil
}

// journals reads the journals of a folder, the oldest first. A file that is no journal is an error, and the others are read all the same.
func journals(dir string) ([]Journal, error) {
	paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.json"))
	if err != nil {
		return nil, err
	}
	var found []Journal
	var problems []error
	for _, path := range paths {
		data, err := readSmall(path)
		if err != nil {
			problems = append(problems, unlessMissing(err))
			continue
		}
		j, err := readJournal(data)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: not a journal of corsprobe's: %w", path, err))
			continue
		}
		j.path = path
		found = append(found, j)
	}
	slices.SortStableFunc(found, func(a, b Journal) int { return cmp.Or(a.Saved.Compare(b.Saved), strings.Compare(a.path, b.path)) })
	return found, errors.Join(problems...)
}

// escapeGlob takes the special characters of a folder's name as they stand.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

// of reports that a journal is of that bucket, however its endpoint is spelled.
func (j Journal) of(endpoint, bucket string) bool {
	return j.Bucket == bucket && place(j.Endpoint) == place(endpoint)
}

// State says in a few words what a journal stands for.
func (j Journal) State() string {
	switch {
	case j.alive():
		return "in use"
	case j.Restored:
		return "objects are left"
	default:
		return "not put back"
	}
}

// Holds says in a few words what the journal keeps.
func (j Journal) Holds() string {
	if j.Restored {
		return "nothing to put back"
	}
	return describe(j.CORS)
}

// alive reports that the run that keeps the journal is under way.
func (j Journal) alive() bool {
	return j.Holder.state() == running || held(bucketLock(filepath.Dir(j.path), j.Endpoint, j.Bucket))
}

// Journals lists all journals, the oldest first; a file that is no journal is an error. An empty dir stands for the user's own folder of
// journals.
func Journals(dir string) ([]Journal, error) {
	dir, err := journalDir(dir)
	if err != nil {
		return nil, err
	}
	return journals(dir)
}

// Waiting lists the journals of runs that are over and have not put back what they changed. An empty dir is the user's own.
func Waiting(dir string) ([]Journal, error) {
	dir, err := journalDir(dir)
	if err != nil {
		return nil, nil //nolint:nilerr // without a place for journals there are none
	}
	found, err := journals(dir)
	return slices.DeleteFunc(found, Journal.alive), err
}

// unfinished refuses a bucket that another run has changed and not put back: its configuration of now would be saved as the user's.
func (e *Endpoint) unfinished(dir, bucket string) error {
	found, _ := journals(dir) // restore reports those that cannot be read
	for _, j := range found {
		if j.of(e.URL(), bucket) && !j.Restored {
			return &Trouble{
				Summary: fmt.Sprintf("the configuration of %s is not the user's: the run %s changed it, and did not put it back", bucket, j.Run),
				Hint:    e.restoreCommand(bucket) + " does that from " + j.path,
			}
		}
	}
	return nil
}
