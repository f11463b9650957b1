package spaces

import (
	"encoding/json"
	"strconv"
	"syscall"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// Cause is why a process ended.
type Cause string

// The causes.
const (
	CauseExited    Cause = "exited"     // it exited by itself
	CauseSignaled  Cause = "signaled"   // by a signal from elsewhere
	CauseTimeLimit Cause = "time-limit" // by Isolation.TimeLimit
	CauseKilled    Cause = "killed"     // by a signal that this Process' methods sent
	CauseSeccomp   Cause = "seccomp"    // by a system call that a seccomp filter forbids

	// By SIGKILL, not from this Process' methods, while the OOM killer was at work in its control group.
	CauseOutOfMemory Cause = "out-of-memory"
)

// ProcessState is how a process has ended, and what it has used.
type ProcessState struct {
	pid        int
	cause      Cause
	exitCode   int
	signal     syscall.Signal
	coreDumped bool
	userTime   time.Duration
	systemTime time.Duration
	peakMemory uint64
	oomKills   uint64
	systemCall string
	report     report
}

// report is what only the JSON of a result tells.
type report struct {
	Statistics map[string]uint64 `json:"statistics"`
	Degraded   []string          `json:"degraded"`
}

// newProcessState reads the spaces_result at address, and gives it back to the library.
func newProcessState(pid int, address uintptr) *ProcessState {
	result := raw.SwigcptrResult(address)
	defer raw.DeleteResult(result)
	state := &ProcessState{
		pid:        pid,
		cause:      Cause(result.Cause()),
		exitCode:   result.Exit_code(),
		signal:     syscall.Signal(result.Signal()),
		coreDumped: result.Core_dumped() != 0,
		userTime:   time.Duration(result.User_time()) * time.Microsecond,
		systemTime: time.Duration(result.System_time()) * time.Microsecond,
		peakMemory: result.Peak_memory(),
		oomKills:   result.Oom_kills(),
		systemCall: result.System_call(),
	}
	text, failure := new(uintptr), new(uintptr)
	if status := result.To_json(text, failure); status != 0 {
		_ = takeError(status, failure) // without memory; how it has ended is known all the same
	} else {
		_ = json.Unmarshal([]byte(takeText(text)), &state.report)
	}
	return state
}

// Pid is the process id that the process had, as Process.Pid.
func (s *ProcessState) Pid() int { return s.pid }

// Exited tells whether the program has exited, and was not ended by a signal.
func (s *ProcessState) Exited() bool { return s.exitCode >= 0 }

// Success tells whether it has exited with status 0.
func (s *ProcessState) Success() bool { return s.exitCode == 0 }

// ExitCode is the exit status, or -1 where a signal ended the program.
func (s *ProcessState) ExitCode() int {
	if s == nil { // as in package os, where it is not known yet
		return -1
	}
	return s.exitCode
}

// Cause is why the program ended.
func (s *ProcessState) Cause() Cause { return s.cause }

// Signal is the signal that ended the program, or 0.
func (s *ProcessState) Signal() syscall.Signal { return s.signal }

// CoreDumped tells whether the program has dumped core.
func (s *ProcessState) CoreDumped() bool { return s.coreDumped }

// ShellStatus is the exit status as a shell sees it: 128 + N where signal N ended the program.
func (s *ProcessState) ShellStatus() int {
	if s.signal != 0 {
		return 128 + int(s.signal)
	}
	return s.exitCode
}

// UserTime is the user CPU time of the program and of the children that it has waited for.
func (s *ProcessState) UserTime() time.Duration { return s.userTime }

// SystemTime is the system CPU time of the program and of the children that it has waited for.
func (s *ProcessState) SystemTime() time.Duration { return s.systemTime }

// PeakMemory is the largest resident set of one process, in bytes, or 0 where it is not known: a program that
// was started without an init from a larger process inherits that process' peak.
func (s *ProcessState) PeakMemory() uint64 { return s.peakMemory }

// OOMKills is how many processes of the program's control group the OOM killer has killed; they need not have
// been the program.
func (s *ProcessState) OOMKills() uint64 { return s.oomKills }

// SystemCall is the first system call that the program's seccomp filter has refused by ending a process, where
// it was started with Isolation.SeccompReport; otherwise it is empty. One of the program itself comes before
// those of its children, and only then the cause is CauseSeccomp.
func (s *ProcessState) SystemCall() string { return s.systemCall }

// Statistics is what Process.Stats has told at the end; nil without a control group.
func (s *ProcessState) Statistics() map[string]uint64 { return s.report.Statistics }

// Degraded is what Isolation has asked for and could not be had, a sentence each.
func (s *ProcessState) Degraded() []string { return s.report.Degraded }

// String is "exit status 1" or "signal: killed (core dumped)" as in package os, with the cause where the
// numbers do not tell it: "signal: terminated (time limit)".
func (s *ProcessState) String() string {
	if s == nil {
		return "<nil>"
	}
	text := "exit status " + strconv.Itoa(s.exitCode)
	if s.signal != 0 {
		text = "signal: " + s.signal.String()
	}
	switch s.cause {
	case CauseTimeLimit:
		text += " (time limit)"
	case CauseSeccomp:
		text += " (seccomp)"
		if s.systemCall != "" {
			text = text[:len(text)-1] + ": " + s.systemCall + ")"
		}
	case CauseOutOfMemory:
		text += " (out of memory)"
	}
	if s.coreDumped {
		text += " (core dumped)"
	}
	return text
}

// An ExitError is the error of a program that has run, but not to success.
type ExitError struct {
	*ProcessState

	// Stderr is what the program wrote to its standard error, where Cmd.Output collected it: the beginning
	// and the end if it is long.
	Stderr []byte
}

// Error is the state as text: "exit status 1".
func (e *ExitError) Error() string { return e.ProcessState.String() }
