// Package spaces runs programs and Go functions in Linux namespaces, in the manner of os/exec, by libspaces:
// as root or as an ordinary user, in about a millisecond, without a daemon.
//
//	cmd := spaces.Command("ps", "ax")
//	cmd.Isolation.New = spaces.AllNamespaces
//	out, err := cmd.Output()
//
// Cmd has the fields and methods of os/exec's Cmd. What is not as there:
//
//   - The program is searched in PATH inside its own root directory, when it is started. Command cannot know
//     whether it exists: Start says so, by an error that is fs.ErrNotExist.
//   - A relative Path is relative to Dir, as always with execve(2).
//   - What fails in the new process (a mount, an id map, the exec itself) is an *Error of Start, which names
//     the step, its object, the system call, the errno and, where that is known, the cure.
//   - A context ends everything in the program's pid namespace, not only the program.
//   - SysProcAttr is replaced by Isolation.
//
// # Confinement
//
// Isolation also says what the program may do (capabilities, seccomp, Landlock, security modules), what it may
// use (control groups: Memory, CPUs, PidsLimit and Limits), and what is in its files (Files, Devices,
// MaskedPaths). What is asked for and cannot be had is an error of Start. A running program's limits are
// changed and its use is told by methods of Process.
//
// # Functions
//
// Go cannot fork. A function that is to run in isolation gets a name, and runs in a new execution of the
// program:
//
//	func init() {
//		spaces.Register("work", func(args []string) int { … })
//	}
//
//	func main() {
//		spaces.Init()
//		cmd := spaces.FuncCommand("work", "an argument")
//		…
//	}
//
// # Threads
//
// Everything may be used from any goroutine. Programs are started from the namespaces of the thread that
// calls Start, which matters to those only who change them for a thread of theirs (runtime.LockOSThread).
// Waiting takes no thread: the runtime's poller watches a pidfd.
//
// # Building
//
// The package uses cgo and finds libspaces by pkg-config. It runs on Linux only.
package spaces

//go:generate swig -go -cgo -Wall -Werror -outdir internal/raw -o internal/raw/raw_wrap.c go.i
//go:generate gofmt -w internal/raw/raw.go
