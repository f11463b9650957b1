package spaces

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// Cmd is a program to be run in isolation. Its fields and methods are those of os/exec's Cmd, and mean the
// same, but where said otherwise. A Cmd cannot be used again after its Start, Run, Output or CombinedOutput.
type Cmd struct {
	// Path is the program. Without a slash it is searched in the PATH of the program's own environment,
	// inside its own root directory, when it is started: not here, and not by Command.
	Path string

	// Args are the arguments, the first of which is what the program is told as its own name. If Args is
	// empty, that is Path, and there are no others.
	Args []string

	// Env is the environment, each entry NAME=VALUE. If it is nil, the program has this process' environment, or
	// what Isolation.Config or Isolation.Confine say.
	Env []string

	// Dir is the working directory, a path inside the program's root directory. If it is empty, that is the
	// caller's, or "/" where the program gets a root directory of its own or joins a mount namespace.
	Dir string

	// Stdin is the standard input. If it is nil, that is /dev/null. An *os.File is passed on as it is. From
	// any other Reader a goroutine copies into a pipe, until its end or until the program has closed its
	// side.
	Stdin io.Reader

	// Stdout and Stderr are the standard output and error. If one is nil, that is /dev/null. An *os.File is
	// passed on as it is. To any other Writer a goroutine copies from a pipe, and Wait waits for the end of
	// that. If both are the same Writer (of a type that == can compare), one goroutine at a time writes to
	// it.
	Stdout io.Writer
	Stderr io.Writer

	// ExtraFiles are more files for the program: entry i is its descriptor 3+i. A nil leaves that one closed.
	ExtraFiles []*os.File

	// Isolation is what sets the program apart from this process.
	Isolation Isolation

	// Process is the program once it was started.
	Process *Process

	// ProcessState is how it has ended, once Wait has returned.
	ProcessState *ProcessState

	// Cancel is called when the context of CommandContext is done. CommandContext sets it to call
	// Process.KillAll. If it returns an error other than os.ErrProcessDone, Wait returns that where it has
	// none of its own.
	Cancel func() error

	// WaitDelay bounds the time between the end of the context or of the program, whichever is first, and the
	// return of Wait: when it has passed, the program is killed and the pipes are closed, which others may
	// still hold open. 0: no bound.
	WaitDelay time.Duration

	ctx      context.Context
	function string // the registered function to run instead of Path

	started     bool
	childFiles  []*os.File // our copies of what the program gets
	parentPipes []io.Closer
	copiers     []func() error
	copied      chan error // one answer a copier
	watched     chan watch // what watching the context has come to; nil where nothing is watched
}

// Command returns a Cmd that runs the program with these arguments. It is not isolated before cmd.Isolation
// says how.
func Command(name string, arg ...string) *Cmd {
	return &Cmd{Path: name, Args: append([]string{name}, arg...)}
}

// CommandContext is like Command, with a context that ends the program: when ctx is done before the program
// has ended, everything in its pid namespace is killed (see Cmd.Cancel to have it otherwise).
func CommandContext(ctx context.Context, name string, arg ...string) *Cmd {
	return Command(name, arg...).withContext(ctx)
}

func (c *Cmd) withContext(ctx context.Context) *Cmd {
	if ctx == nil {
		panic("spaces: nil Context")
	}
	c.ctx = ctx
	c.Cancel = func() error { return c.Process.KillAll() }
	return c
}

// Inject returns a Cmd that runs the program in the namespaces of a running process: all those that differ
// from ours, and with its mount namespace its root directory. For a choice of them, set Isolation.Join.
func Inject(pid int, name string, arg ...string) *Cmd {
	cmd := Command(name, arg...)
	cmd.Isolation.Join = []Join{{PID: pid}}
	return cmd
}

// InjectContext is to Inject what CommandContext is to Command.
func InjectContext(ctx context.Context, pid int, name string, arg ...string) *Cmd {
	return Inject(pid, name, arg...).withContext(ctx)
}

// String is the command for people to read. It is not quoted for a shell.
func (c *Cmd) String() string {
	words := []string{c.Path}
	if len(c.Args) > 1 {
		words = append(words, c.Args[1:]...)
	}
	return strings.Join(words, " ")
}

// Environ is the environment that the program would have: Env, or else this process' environment, with PWD
// where Dir is an absolute path.
func (c *Cmd) Environ() []string {
	if c.Env != nil {
		return lastOfEach(c.Env)
	}
	env := os.Environ()
	if filepath.IsAbs(c.Dir) {
		env = append(env, "PWD="+c.Dir)
	}
	return lastOfEach(env)
}

// lastOfEach leaves out the entries for which there is a later one.
func lastOfEach(env []string) []string {
	last := make(map[string]int, len(env))
	for i, entry := range env {
		last[variable(entry)] = i
	}
	result := make([]string, 0, len(last))
	for i, entry := range env {
		if last[variable(entry)] == i {
			result = append(result, entry)
		}
	}
	return result
}

func variable(entry string) string {
	if equals := strings.IndexByte(entry, '='); equals > 0 {
		return entry[:equals]
	}
	return entry
}

// Run starts the program and waits for its end. The error is nil if it has exited with status 0 and all its
// output was copied, an *ExitError if it has ended otherwise, and an *Error if it could not be started.
func (c *Cmd) Run() error {
	if err := c.Start(); err != nil {
		return err
	}
	return c.Wait()
}

// starting bounds how many threads of this process are busy starting programs, which takes about a
// millisecond each.
var starting = make(chan struct{}, 64)

// Start starts the program and returns when it runs. If it cannot be run, the error is an *Error that says
// why, and nothing of it is left. After a Start without an error, Wait must be called.
func (c *Cmd) Start() error {
	if c.started {
		return errors.New("spaces: already started")
	}
	c.started = true
	err := c.start()
	closeFiles(c.childFiles)
	c.childFiles = nil
	if err != nil {
		closeAll(c.parentPipes)
		c.parentPipes = nil
		return err
	}
	c.startCopiers()
	c.startWatch()
	return nil
}

func (c *Cmd) start() error {
	if c.Cancel != nil && c.ctx == nil {
		return errors.New("spaces: command with a non-nil Cancel was not created with CommandContext")
	}
	s, known := c.spec()
	defer s.free()
	if s.err != nil {
		return s.err
	}
	if known.Process.Terminal {
		if err := c.refuseStreams(); err != nil {
			return err
		}
	} else if err := c.connectStreams(s); err != nil {
		return err
	}

	if err := c.awaitTurn(); err != nil {
		return err
	}
	address := new(uintptr)
	s.try(raw.Spawn(s.raw, address, s.failure))
	<-starting
	if s.err != nil && c.function != "" {
		return mendFunction(s.err)
	}
	if s.err != nil {
		return s.err
	}
	s.free() // and with it its copies of the program's ends of our pipes
	process, err := newProcess(*address, known.Process.Terminal)
	c.Process = process
	return err
}

// awaitTurn takes a place in starting, unless the context is done.
func (c *Cmd) awaitTurn() error {
	if c.ctx == nil {
		starting <- struct{}{}
		return nil
	}
	if err := c.ctx.Err(); err != nil {
		return err
	}
	select {
	case starting <- struct{}{}:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// Output runs the program and returns what it writes to its standard output. Where its standard error is not
// taken otherwise, an *ExitError has some of that.
func (c *Cmd) Output() ([]byte, error) {
	var stdout output
	if c.Stdout != nil {
		return nil, errors.New("spaces: Stdout already set")
	}
	c.Stdout = &stdout
	var stderr *ends
	if c.Stderr == nil && !c.Isolation.Terminal {
		stderr = &ends{}
		c.Stderr = stderr
	}
	err := c.Run()
	var exit *ExitError
	if stderr != nil && errors.As(err, &exit) {
		exit.Stderr = stderr.bytes()
	}
	return stdout.Bytes(), err
}

// CombinedOutput runs the program and returns what it writes to its standard output and standard error.
func (c *Cmd) CombinedOutput() ([]byte, error) {
	if c.Stdout != nil {
		return nil, errors.New("spaces: Stdout already set")
	}
	if c.Stderr != nil {
		return nil, errors.New("spaces: Stderr already set")
	}
	var both output
	c.Stdout, c.Stderr = &both, &both
	err := c.Run()
	return both.Bytes(), err
}
