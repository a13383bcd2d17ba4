package endpoint

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

// processSpace names the boot and the PID namespace: within it a process ID and a start time mean one process.
var processSpace = sync.OnceValue(func() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	namespace, err2 := os.Readlink("/proc/self/ns/pid")
	if err != nil || err2 != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + " " + namespace
})

// processStart is when a process was started, in clock ticks since the boot; empty where there is no such process, or only what is left of it.
func processStart(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name in brackets may hold anything. Behind it stand the state (field 3) and, as field 22, the start time: see proc(5).
	text := string(stat)
	fields := strings.Fields(text[strings.LastIndex(text, ")")+1:])
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return ""
	}
	return fields[19]
}
