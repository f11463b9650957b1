package spaces

import (
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// Code is the kind of a failure. It is itself an error, so that errors.Is(err, spaces.ErrUnsupported) tells
// whether err is of that kind.
type Code int

// The kinds of failures.
const (
	ErrInvalid     Code = -1 // an argument or option is wrong: mend the program
	ErrSystem      Code = -2 // a system call failed in this process
	ErrSetup       Code = -3 // a step failed in the new process, which is gone then
	ErrUnsupported Code = -4 // this kernel, host or build of libspaces cannot do it
	ErrNotFound    Code = -5 // what was named does not exist
	ErrExists      Code = -6 // what was to be made exists already
	ErrState       Code = -7 // not possible in the present state
	ErrTimeout     Code = -8 // the time given was over first
	ErrNoMemory    Code = -9 // out of memory
)

// Error says what kind of failure it is, in a few words.
func (c Code) Error() string {
	switch c {
	case ErrInvalid:
		return "invalid argument"
	case ErrSystem:
		return "a system call failed"
	case ErrSetup:
		return "the setup of the new process failed"
	case ErrUnsupported:
		return "not supported here"
	case ErrNotFound:
		return "not found"
	case ErrExists:
		return "exists already"
	case ErrState:
		return "not possible in the present state"
	case ErrTimeout:
		return "the time was over"
	case ErrNoMemory:
		return "out of memory"
	}
	return fmt.Sprintf("error %d of libspaces", int(c))
}

// An Error is a failure of libspaces: which step failed on which object, in which system call, with which
// errno, and how it can be mended.
//
// It unwraps to its Errno, so that errors.Is(err, fs.ErrNotExist) and errors.Is(err, syscall.EPERM) work as
// they do for errors of package os. It is its Code as well: errors.Is(err, spaces.ErrSetup).
type Error struct {
	Code       Code
	Errno      syscall.Errno // of the system call that failed; 0 where none did
	Step       string        // what was being done: "spec", "clone", "mount", "pivot_root", "exec" …
	Index      int           // the position of that step in what Explain lists, or -1
	Object     string        // what it was done to: a path, a namespace, an option; may be empty
	SystemCall string        // the system call that failed, "mount"; empty where none did
	Message    string        // all of it in one line
	Hint       string        // how it can be mended, where libspaces knows
}

// Error is the message, followed by the hint where there is one.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + " (" + e.Hint + ")"
}

// Unwrap gives the errno of the system call that failed, or nil where none did.
func (e *Error) Unwrap() error {
	if e.Errno == 0 {
		return nil
	}
	return e.Errno
}

// Is tells whether the error is of the kind of target, a Code, fs.ErrNotExist, fs.ErrExist or, of a name that no
// directory of the PATH has, exec.ErrNotFound.
func (e *Error) Is(target error) bool {
	if code, ok := target.(Code); ok {
		return code == e.Code
	}
	if target == exec.ErrNotFound {
		return e.Step == "exec" && e.Errno == syscall.ENOENT && !strings.Contains(e.Object, "/")
	}
	return target == fs.ErrNotExist && e.Code == ErrNotFound || target == fs.ErrExist && e.Code == ErrExists
}

// takeError turns the spaces_error at *address into an *Error, and gives it back to the library.
func takeError(status int, address *uintptr) *Error {
	if *address == 0 { // without memory there may be none
		return &Error{Code: Code(status), Index: -1, Message: Code(status).Error()}
	}
	failure := raw.SwigcptrError(*address)
	*address = 0
	defer raw.DeleteError(failure)
	return &Error{
		Code:       Code(failure.Code()),
		Errno:      syscall.Errno(failure.Errno()),
		Step:       failure.Step(),
		Index:      failure.Index(),
		Object:     failure.Object(),
		SystemCall: failure.System_call(),
		Message:    failure.Message(),
		Hint:       failure.Hint(),
	}
}

// invalid is the error about an argument that cannot even be told to the library.
func invalid(object, format string, values ...any) *Error {
	return &Error{
		Code:    ErrInvalid,
		Step:    "spec",
		Index:   -1,
		Object:  object,
		Message: object + ": " + fmt.Sprintf(format, values...),
	}
}

// hasNUL tells whether C would see another string than Go.
func hasNUL(text string) bool {
	return strings.IndexByte(text, 0) >= 0
}
