package spaces

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// How a program knows that it was started to run a registered function: by its arguments
//
//	/proc/self/fd/N spaces-function NAME ARGUMENT...
//
// where descriptor N is the program itself. Nothing of that is in its environment, which what the function
// starts would inherit.
const (
	functionMark  = "spaces-function"
	functionPlace = "/proc/self/fd/"
)

var (
	functions    = map[string]func(args []string) int{}
	functionLock sync.Mutex
	initCalled   int32
)

// Register gives a function a name, by which FuncCommand can run it in isolation. It is called by an init
// function, or in main before Init. The result of the function is the exit status, 0 to 255. Register panics
// if the name is empty or taken.
func Register(name string, function func(args []string) int) {
	functionLock.Lock()
	defer functionLock.Unlock()
	if name == "" || function == nil {
		panic("spaces: Register needs a name and a function")
	}
	if _, taken := functions[name]; taken {
		panic("spaces: Register called twice for " + name)
	}
	functions[name] = function
}

// Init must be the first call in main of a program that uses FuncCommand. In a process that FuncCommand has
// started it runs the function, and never returns; otherwise it does nothing.
func Init() {
	atomic.StoreInt32(&initCalled, 1)
	if len(os.Args) < 3 || os.Args[1] != functionMark || !strings.HasPrefix(os.Args[0], functionPlace) {
		return
	}
	// The descriptor of the program has done its service.
	if fd, err := strconv.Atoi(os.Args[0][len(functionPlace):]); err == nil && fd > 2 {
		_ = syscall.Close(fd)
	}
	name := os.Args[2]
	function := registered(name)
	if function == nil {
		fmt.Fprintf(os.Stderr, "spaces: the function %q was not registered before Init\n", name)
		os.Exit(125)
	}
	os.Args = append([]string{name}, os.Args[3:]...)
	os.Exit(function(os.Args[1:]) & 0xff)
}

func registered(name string) func(args []string) int {
	functionLock.Lock()
	defer functionLock.Unlock()
	return functions[name]
}

// FuncCommand returns a Cmd that runs a registered function in isolation: this program is executed anew, up
// to Init in its main, which calls the function with these arguments. The two processes share nothing but
// what they are given, as ExtraFiles for example.
//
// The program's own file need not exist in the new root directory, as it is executed by a descriptor. That
// goes through /proc, which must be mounted there: see Isolation.MountProc and Isolation.DefaultMounts. A
// program that is linked dynamically, as those using cgo usually are, also needs its libraries there: see
// LibraryMounts.
func FuncCommand(name string, arg ...string) *Cmd {
	cmd := Command(name, arg...)
	cmd.function = name
	return cmd
}

// FuncCommandContext is to FuncCommand what CommandContext is to Command.
func FuncCommandContext(ctx context.Context, name string, arg ...string) *Cmd {
	return FuncCommand(name, arg...).withContext(ctx)
}

// function makes this program with its arguments the one to execute, as a descriptor of that number.
func (s *spec) function(name string, args []string, fd int) {
	if registered(name) == nil {
		s.fail(invalid("function", "%q is not registered", name))
		return
	}
	if atomic.LoadInt32(&initCalled) == 0 { // else main would run instead of the function
		s.fail(invalid("function", "main has not called spaces.Init"))
		return
	}
	const openPath = 0x200000 // O_PATH, which asks for no permission to read
	program, err := os.OpenFile("/proc/self/exe", openPath|syscall.O_CLOEXEC, 0)
	if err != nil {
		s.err = err
		return
	}
	defer program.Close()
	s.pass(program, fd)
	s.args(append([]string{functionPlace + strconv.Itoa(fd), functionMark, name}, args...))
}

// mountFunction has the program executed by a path of the sandbox, whose Landlock lets only what is mounted in
// it be executed. The root directory is in memory, where there is room for that path.
func (s *spec) mountFunction() {
	const place = "/.spaces-function"
	program, err := os.Executable()
	if err != nil {
		s.err = err
		return
	}
	s.try(s.raw.Add_mount(program, place, "bind", "ro", s.failure))
	s.try(s.raw.Set_executable(place, s.failure))
}

// mendFunction adds to the error of a function that could not be executed what was missing for it.
func mendFunction(err error) error {
	failure, ok := err.(*Error)
	if !ok || failure.Step != "exec" || failure.Errno != syscall.ENOENT {
		return err
	}
	if failure.Hint == "" { // the path itself was not there
		failure.Hint = "a registered function is executed through /proc, which must be mounted in the new root " +
			"directory: Isolation.DefaultMounts, or new pid and mount namespaces"
	} else { // what it leads to was, but not the loader
		failure.Hint = "what this program is linked with must be in the new root directory: add " +
			"spaces.LibraryMounts() to Isolation.Mounts, or link it statically"
	}
	return failure
}

// LibraryMounts are read-only bind mounts of the dynamic loader and the libraries that this program has
// loaded, at the same places of the new root directory: what FuncCommand needs there that is not to be had
// from a descriptor. In a sandbox (Isolation.Confine) or with Isolation.SystemRoot, those of the system are
// there already. Where the loader has found some of them by LD_LIBRARY_PATH, the function's environment
// needs that too. A program that is linked statically has none.
func LibraryMounts() []Mount {
	var mounts []Mount
	for _, path := range strings.Split(raw.Loaded_files(), "\n") {
		if path != "" {
			mounts = append(mounts, Mount{Source: path, Target: path, Options: "ro"})
		}
	}
	return mounts
}
