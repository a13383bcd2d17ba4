package endpoint

import (
	"bytes"
	"context"
	"corsprobe/runner/pace"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// A lease tells the runs of all machines that a user's bucket is in use. It is an object in the bucket, written with If-None-Match: *, which an
// endpoint that honours it does for one run alone. Not all do. There every run writes an object of its own, and has the lease if none but its
// own is listed afterwards: of two runs at least the second sees the first one's.
const (
	leaseKey    = "corsprobe-lease"
	claimPrefix = leaseKey + "-"
)

// lease is a lease in the run's hands.
type lease struct {
	e           *Endpoint
	bucket, key string
	versions    []string // of the object, in a bucket that keeps them
	unseen      bool     // the answer to its writing was lost: its version is not known
}

// leaseTries is how many times a lease is tried that another run released meanwhile, or that two runs tried to take at once.
const leaseTries = 4

// takeLease takes the lease of a bucket, or says who has it.
func (e *Endpoint) takeLease(ctx context.Context, bucket string, holder Holder) (*lease, error) {
	body, err := json.Marshal(holder)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, e.callError("PutObject", err)
	}
	ctx, end := outlasting(ctx, grace) // a lease that is given up while it is written may appear late
	defer end()
	for try := 1; ; try++ {
		l := &lease{e: e, bucket: bucket, key: leaseKey}
		taken, err := l.take(ctx, body)
		if taken {
			return l, nil
		}
		var other *leased
		if !errors.As(err, &other) || try == leaseTries || !other.contended {
			return nil, err
		}
		if !pace.Wait(ctx, rand.N(time.Duration(try)*200*time.Millisecond)) { // so that of two runs one comes first
			return nil, err
		}
	}
}

// leased says that another run has the lease.
type leased struct {
	key       string
	holder    Holder // empty where the object does not tell
	contended bool   // and may let go of it at once: it tries to take it, too
}

func (l *leased) Error() string {
	if l.holder.Run == "" {
		return fmt.Sprintf("the object %s does not say who holds it", oneLine(l.key))
	}
	return "held by " + l.holder.String()
}

// fresh reports that a lease is so young that it may be a trial: its run takes it, or lets go, within a moment.
func (l *leased) fresh() bool { return time.Since(l.holder.Time).Abs() < 5*time.Second }

// take tries once.
func (l *lease) take(ctx context.Context, body []byte) (bool, error) {
	others, err := l.e.leases(ctx, l.bucket)
	if err != nil {
		return false, err
	}
	if len(others) > 0 {
		others[0].contended = others[0].fresh()
		return false, &others[0]
	}
	switch first, err := l.putNew(ctx, body); {
	case err != nil:
		return false, err
	case first == refused:
		return l.mine(ctx, body)
	case first == written:
		// The same again shows whether the endpoint honours the condition.
		if second, err := l.putNew(ctx, body); err != nil || second == refused {
			return err == nil, l.dropOn(ctx, err)
		}
	}
	return l.claim(ctx, body)
}

// outcome is what became of a conditional write.
type outcome int

const (
	written  outcome = iota
	refused          // the object is there
	ignorant         // the endpoint does not know the condition
)

// putNew writes the lease where there is none.
func (l *lease) putNew(ctx context.Context, body []byte) (outcome, error) {
	out, err := l.e.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &l.bucket, Key: &l.key, Body: bytes.NewReader(body), IfNoneMatch: aws.String("*")})
	var call *CallError
	if err = l.e.callError("PutObject", err); errors.As(err, &call) {
		switch call.Status {
		case http.StatusPreconditionFailed, http.StatusConflict:
			return refused, nil
		case http.StatusBadRequest, http.StatusNotImplemented:
			return ignorant, nil
		}
	}
	if err != nil {
		return refused, l.dropLost(ctx, err)
	}
	l.keep(out.VersionId)
	return written, nil
}

func (l *lease) keep(version *string) {
	if v := aws.ToString(version); v != "" {
		l.versions = append(l.versions, v)
	}
}

// mine says whether the lease that is there is this run's: the answer to its own writing may have been lost, and the SDK have tried again.
func (l *lease) mine(ctx context.Context, body []byte) (bool, error) {
	there, err := l.e.readObject(ctx, l.bucket, l.key)
	switch {
	case missing(err):
		return false, &leased{key: l.key, contended: true} // gone meanwhile
	case err != nil:
		return false, err
	case bytes.Equal(there, body):
		l.unseen = true
		return true, nil
	}
	holder, _ := readHolder(there)
	return false, &leased{key: l.key, holder: holder}
}

// claim takes the lease from an endpoint that does not honour conditions.
func (l *lease) claim(ctx context.Context, body []byte) (bool, error) {
	trial := *l
	l.key, l.versions = claimPrefix+l.e.config.RunID, nil
	out, err := l.e.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &l.bucket, Key: &l.key, Body: bytes.NewReader(body)})
	if err = l.e.callError("PutObject", err); err != nil {
		return false, l.dropLost(ctx, trial.dropOn(ctx, err))
	}
	l.keep(out.VersionId)
	other, err := l.alone(ctx, &trial)
	for pause := 50 * time.Millisecond; err == nil && other != nil && l.before(other) && pause < time.Second && pace.Wait(ctx, pause); pause *= 2 {
		other, err = l.alone(ctx, &trial)
	}
	if err == nil && other != nil {
		err = other
	}
	return err == nil, l.dropOn(ctx, err)
}

// before decides who stays where several runs try at once: the others give up, and this run waits until they have. A run that has the lease
// does not give up.
func (l *lease) before(other *leased) bool { return l.e.config.RunID < other.holder.Run }

// alone takes the trial away, and gives another run that has the lease or tries to take it; nil: none.
func (l *lease) alone(ctx context.Context, trial *lease) (*leased, error) {
	there, err := l.e.leases(ctx, l.bucket)
	if err != nil {
		return nil, trial.dropOn(ctx, err)
	}
	var other *leased
	current := false
	for i := range there {
		switch mine := there[i].holder.Run == l.e.config.RunID; {
		case mine && there[i].key == trial.key:
			current = true
		case !mine:
			there[i].contended = true
			other = &there[i]
		}
	}
	if current || len(trial.versions) > 0 { // where another run's trial stands in its place, it is gone
		err = trial.drop(ctx)
		trial.versions = nil
	}
	return other, err
}

// errMayStay says that the lease may be in the bucket although it was not taken.
var errMayStay = errors.New("the lease may be in the bucket all the same")

// dropOn takes the lease away again after an error, and keeps the error.
func (l *lease) dropOn(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	ctx, cancel := soon(ctx)
	defer cancel()
	if failure := l.drop(ctx); failure != nil {
		return errors.Join(err, fmt.Errorf("%w: %w", errMayStay, failure))
	}
	return err
}

// dropLost takes away what may have been written although no answer came, and keeps the error.
func (l *lease) dropLost(ctx context.Context, err error) error {
	var lost *lostError
	if !errors.As(err, &lost) || neverSent(lost) {
		return err
	}
	ctx, cancel := soon(ctx)
	defer cancel()
	there, failure := l.e.leases(ctx, l.bucket)
	if failure != nil {
		return errors.Join(err, fmt.Errorf("%w: %w", errMayStay, failure))
	}
	for _, o := range there {
		if o.key == l.key && o.holder.Run == l.e.config.RunID {
			l.unseen = true
			return l.dropOn(ctx, err)
		}
	}
	return errors.Join(err, errMayStay) // it may appear late
}

// drop removes the lease.
func (l *lease) drop(ctx context.Context) error {
	switch {
	case l.unseen:
		return l.e.deleteLease(ctx, l.bucket, l.key)
	case len(l.versions) == 0:
		return l.e.deleteKey(ctx, l.bucket, l.key, nil)
	}
	var problems []error
	for _, v := range l.versions {
		problems = append(problems, l.e.deleteKey(ctx, l.bucket, l.key, &v))
	}
	return errors.Join(problems...)
}

// there reports that the bucket still has the lease, and not one that another run took meanwhile.
func (l *lease) there(ctx context.Context) bool {
	all, err := l.e.leases(ctx, l.bucket)
	return err == nil && slices.ContainsFunc(all, func(o leased) bool { return o.key == l.key && o.holder.Run == l.e.config.RunID })
}

// deleteKey removes one object, or one version of it.
func (e *Endpoint) deleteKey(ctx context.Context, bucket, key string, version *string) error {
	_, err := e.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &key, VersionId: version})
	return e.callError("DeleteObject", err)
}

// leases lists who has a lease of a bucket, or tries to take it.
func (e *Endpoint) leases(ctx context.Context, bucket string) ([]leased, error) {
	listed, err := e.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: aws.String(leaseKey), MaxKeys: aws.Int32(100)}, againAfterAnswer)
	if err != nil {
		return nil, e.callError("ListObjectsV2", err)
	}
	var found []leased
	for _, o := range listed.Contents {
		key := aws.ToString(o.Key)
		if key != leaseKey && !strings.HasPrefix(key, claimPrefix) {
			continue
		}
		body, err := e.readObject(ctx, bucket, key)
		if missing(err) {
			continue // let go of meanwhile
		}
		if err != nil {
			return nil, err
		}
		holder, _ := readHolder(body)
		found = append(found, leased{key: key, holder: holder})
	}
	return found, nil
}

// longestObject is more than any lease, mark or saved configuration needs: S3 keeps configurations up to 64 KB (fact 64).
const longestObject = 1 << 20

// readObject reads a small object.
func (e *Endpoint) readObject(ctx context.Context, bucket, key string) ([]byte, error) {
	out, err := e.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, e.callError("GetObject", err)
	}
	defer func() { _ = out.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(out.Body, longestObject))
	return body, e.callError("GetObject", err)
}

// isStatus reports a refusal with that status.
func isStatus(err error, status int) bool {
	var call *CallError
	return errors.As(err, &call) && call.Status == status
}
