package endpoint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// hold is a user's bucket that is this run's alone: on this machine by a lock, among all machines by a lease. It is taken before anything of the
// bucket is read: two runs at once would take each other's configurations for the user's.
type hold struct {
	lock  *lock
	lease *lease // nil: without
	copy  bool   // the bucket holds a copy of the journal
}

// take takes a bucket for this run. The journal is written before the lease, though it holds no configuration yet: by it restore finds the
// lease of a killed run.
func (b *Bucket) take(ctx context.Context) error {
	e := b.e
	if e.config.RunID == "" || strings.Contains(e.config.RunID, "/") {
		return fmt.Errorf("a journal cannot be kept under the run ID %q", e.config.RunID) // restore would not take it
	}
	if err := e.keyless(ctx); err != nil {
		return err
	}
	j, err := e.newJournal(b.name)
	if err != nil {
		return err
	}
	if b.hold.lock, err = takeLock(bucketLock(filepath.Dir(j.path), e.URL(), b.name), e.holder(), false); err != nil {
		return e.locked(b.name, err)
	}
	if err := e.unfinished(filepath.Dir(j.path), b.name); err != nil {
		return err
	}
	j.Restored = true
	if err := j.write(); err != nil {
		return unwritten(err)
	}
	b.saved = j
	return b.lease(ctx)
}

// lease takes the lease, unless the run goes without.
func (b *Bucket) lease(ctx context.Context) (err error) {
	if b.e.config.NoLease {
		return nil
	}
	if b.hold.lease, err = b.e.takeLease(ctx, b.name, b.e.holder()); err == nil {
		return nil
	}
	if errors.Is(err, errMayStay) {
		b.saved = nil // the journal stays on disk, and restore looks
	}
	return b.e.notLeased(ctx, b.name, err)
}

// unwritten says that there is no journal.
func unwritten(err error) error {
	return fmt.Errorf("the journal could not be written, so the bucket is left alone: %w", err)
}

// locked says who of this machine, or of one that shares its disk, uses a bucket.
func (e *Endpoint) locked(bucket string, err error) error {
	var h *heldError
	switch {
	case !errors.As(err, &h):
		return unwritten(err)
	case h.alive && h.holder.Run == "":
		return &Trouble{Summary: fmt.Sprintf("the bucket %s is in use by another run of this machine", bucket), Hint: "wait for it to end", cause: h}
	case h.alive:
		return &Trouble{Summary: fmt.Sprintf("the bucket %s is in use by %s", bucket, h.holder), Hint: "wait for it to end", cause: h}
	}
	return &Trouble{
		Summary: fmt.Sprintf("the bucket %s is locked by %s, or was when that machine went down: %s", bucket, h.who(), h.path),
		Hint:    "wait for it to end; where it is dead, " + e.unlockCommand(bucket) + " puts right what it left", cause: h,
	}
}

func (h *heldError) who() string {
	if h.holder.Run == "" {
		return "somebody whom the lock does not name"
	}
	return h.holder.String()
}

// unlockCommand is the command that removes from a bucket what a run of another machine left, and puts its configuration back.
func (e *Endpoint) unlockCommand(bucket string) string {
	return e.command("restore", "--unlock", "--bucket", bucket, "--endpoint", e.URL(), "--region", e.Region())
}

// notLeased says why there is no lease: another run has it, or the endpoint does not take the object.
func (e *Endpoint) notLeased(ctx context.Context, bucket string, err error) error {
	var other *leased
	if errors.As(err, &other) {
		return e.leasedTo(bucket, other)
	}
	if trouble := e.foreign(ctx); trouble != nil {
		return trouble
	}
	trouble := e.diagnose(err)
	var call *CallError
	if errors.As(err, &call) && call.Status == http.StatusForbidden && hints[call.Code] == "" {
		trouble.Hint = "a run tells others by an object in the bucket that it is in use, and needs the rights s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject; " +
			"where nobody else uses the bucket, --no-lease goes without"
	}
	return trouble
}

func (e *Endpoint) leasedTo(bucket string, other *leased) *Trouble {
	t := &Trouble{cause: other}
	unlock := e.unlockCommand(bucket) + " puts right what it left"
	switch s := other.holder.state(); {
	case other.holder.Run == "":
		t.Summary = fmt.Sprintf("the bucket %s holds the object %s, by which a run says that it uses the bucket; it does not say which", bucket, oneLine(other.key))
		t.Hint = "if no run is under way, " + unlock
	case s == running:
		t.Summary, t.Hint = fmt.Sprintf("the bucket %s is in use by %s", bucket, other.holder), "wait for it to end"
	case s == ended:
		t.Summary = fmt.Sprintf("the bucket %s was left by %s, which has ended without cleaning up", bucket, other.holder)
		t.Hint = "corsprobe restore puts it right where that run kept its journal; elsewhere " + unlock
	default:
		t.Summary = fmt.Sprintf("the bucket %s is in use by %s, or was when that run was killed", bucket, other.holder)
		t.Hint = "wait for it to end; if it was killed, corsprobe restore on that machine puts the bucket right; if that machine is gone, " + unlock
	}
	return t
}

// savedKey is the object that holds a copy of the journal, so that the bucket can be restored where the journal's disk is lost.
func savedKey(run string) string { return prefixOf(run) + "saved-configuration.json" }

// copyJournal puts a copy of the journal beside the lease.
func (h *hold) copyJournal(ctx context.Context, e *Endpoint, j *Journal) error {
	if h.lease == nil {
		return nil
	}
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	h.copy = true
	ctx, end := outlasting(ctx, grace)
	defer end()
	key := savedKey(j.Run)
	_, err = e.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &j.Bucket, Key: &key, Body: bytes.NewReader(data)})
	return e.callError("PutObject", err)
}

// withdraw removes the copy of the journal, and then the lease: without the lease nobody would look for the copy.
func (h *hold) withdraw(ctx context.Context, e *Endpoint, bucket string) error {
	if h.copy {
		for range 2 { // one answer alone is not believed
			if err := (&cleaner{e: e, bucket: bucket, prefix: savedKey(e.config.RunID)}).clean(ctx); err != nil {
				return err
			}
		}
		h.copy = false
	}
	if h.lease != nil {
		if err := h.lease.drop(ctx); err != nil {
			return err
		}
		if h.lease.there(ctx) {
			if err := h.lease.drop(ctx); err != nil {
				return err
			}
		}
		h.lease = nil
	}
	return nil
}

// saved is the journal's copy in the bucket, of a run whose machine may be lost.
func (e *Endpoint) saved(ctx context.Context, bucket, run string) (*Journal, error) {
	data, err := e.readObject(ctx, bucket, savedKey(run))
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j, err := readJournal(data)
	if err == nil && (j.Run != run || j.Bucket != bucket) {
		err = errors.New("it is of another run or bucket")
	}
	if err != nil {
		return nil, fmt.Errorf("the object %s is not a journal of corsprobe's: %w", savedKey(run), err)
	}
	return &j, nil
}
