package spaces

import (
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
}

// newProcessState reads the spaces_result at address, and gives it back to the library.
func newProcessState(pid int, address uintptr) *ProcessState {
	result := raw.SwigcptrResult(address)
	defer raw.DeleteResult(result)
	return &ProcessState{
		pid:        pid,
		cause:      Cause(result.Cause()),
		exitCode:   result.Exit_code(),
		signal:     syscall.Signal(result.Signal()),
		coreDumped: result.Core_dumped() != 0,
		userTime:   time.Duration(result.User_time()) * time.Microsecond,
		systemTime: time.Duration(result.System_time()) * time.Microsecond,
		peakMemory: result.Peak_memory(),
	}
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
