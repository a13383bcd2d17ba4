package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// Holder says which run holds something, and on which machine and in which process. It is what locks, leases, marks and journals hold, so that
// whoever finds one left behind knows whether its run may still be under way.
type Holder struct {
	Run     string    `json:"run"`
	Host    string    `json:"host"`
	PID     int       `json:"pid"`
	Space   string    `json:"space,omitempty"`   // within which a process ID means one process: boot and PID namespace; empty: unknown
	Started string    `json:"started,omitempty"` // when the process was started, in that space's own measure: a reused process ID has another
	Time    time.Time `json:"time"`              // when it was taken, by the holder's clock
}

// state is what can be known of a holder from here.
type state int

const (
	unknown state = iota // on another machine, or its process cannot be looked up
	running
	ended
)

// newHolder is this process, for a run.
func newHolder(run string) Holder {
	return Holder{Run: run, Host: hostName(), PID: os.Getpid(), Space: processSpace(), Started: processStart(os.Getpid())}
}

func hostName() string {
	host, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return host
}

// holder is this run, taking something now.
func (e *Endpoint) holder() Holder {
	h := e.process
	h.Time = time.Now().UTC().Truncate(time.Second)
	return h
}

// state looks the process up. A process ID alone proves nothing: it is used anew, and means other processes on other machines, after a boot
// and in other containers.
func (h Holder) state() state {
	if !h.here() || h.Space == "" || h.Space != processSpace() || h.Started == "" {
		return unknown
	}
	if processStart(h.PID) == h.Started {
		return running
	}
	return ended
}

// here reports that the holder's machine has this one's name.
func (h Holder) here() bool { return h.Host == hostName() }

// String is the holder as part of a sentence: "the run 0123456789ab (process 17 on host, since 2026-01-02 03:04:05 UTC)".
func (h Holder) String() string {
	return fmt.Sprintf("the run %s (process %d on %s, since %s)", oneLine(h.Run), h.PID, oneLine(h.Host), h.Time.UTC().Format("2006-01-02 15:04:05 MST"))
}

// readHolder is the reader of what a Holder was written as.
func readHolder(data []byte) (Holder, error) {
	var h Holder
	if err := json.Unmarshal(data, &h); err != nil {
		return Holder{}, err
	}
	if h.Run == "" || h.Host == "" {
		return Holder{}, errors.New("run or host is missing")
	}
	return h, nil
}
