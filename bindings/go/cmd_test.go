package spaces_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func TestRunsAProgramThatIsNotIsolated(t *testing.T) {
	leavesNothing(t)
	cmd := spaces.Command("readlink", "/proc/self/ns/mnt")
	equal(t, "its mount namespace", output(t, cmd), namespaceOf(t, "self", "mnt"))
	equal(t, "String", cmd.String(), "readlink /proc/self/ns/mnt")
}

func TestNilStreamsAreTheNullDevice(t *testing.T) {
	leavesNothing(t)
	cmd := shell(`for i in 0 1 2; do readlink /proc/self/fd/$i; done >&3`)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd.ExtraFiles = []*os.File{write}
	err = cmd.Run()
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	// The shell itself redirects its standard output; the other two are as they came.
	lines := strings.Split(string(must(io.ReadAll(read))(t)), "\n")
	equal(t, "stdin", lines[0], "/dev/null")
	equal(t, "stderr", lines[2], "/dev/null")
}

func TestCopiesFromAReaderAndToWriters(t *testing.T) {
	leavesNothing(t)
	text := strings.Repeat("line\n", 100_000)
	var stdout, stderr bytes.Buffer
	cmd := shell("tee /dev/stderr")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	equal(t, "length of stdout", stdout.Len(), len(text))
	equal(t, "length of stderr", stderr.Len(), len(text))
}

func TestAProgramNeedNotReadItsInput(t *testing.T) {
	leavesNothing(t)
	cmd := contained("true")
	cmd.Stdin = strings.NewReader(strings.Repeat("x", 1<<20))
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}

func TestPassesFilesOnAsTheyAre(t *testing.T) {
	leavesNothing(t)
	path := filepath.Join(t.TempDir(), "out")
	file := must(os.Create(path))(t)
	defer file.Close()
	cmd := shell("echo out; echo err >&2")
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	equal(t, "the file", string(must(os.ReadFile(path))(t)), "out\nerr\n")
}

func TestExtraFilesAreNumberedFromThree(t *testing.T) {
	leavesNothing(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd := shell("for fd in 0 1 2 3 4 5 6; do [ -e /proc/$$/fd/$fd ] && printf '%s ' $fd; done; echo five >&5")
	cmd.ExtraFiles = []*os.File{nil, nil, write}
	out := output(t, cmd)
	write.Close()
	equal(t, "descriptors", out, "0 1 2 5 ")
	equal(t, "what came through it", string(must(io.ReadAll(read))(t)), "five\n")
}

func TestOutputAndErrors(t *testing.T) {
	leavesNothing(t)
	out, err := shell("echo out; echo err >&2; exit 3").Output()
	equal(t, "output", string(out), "out\n")
	var exit *spaces.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("%v is no ExitError", err)
	}
	equal(t, "code", exit.ExitCode(), 3)
	equal(t, "error", exit.Error(), "exit status 3")
	equal(t, "stderr", string(exit.Stderr), "err\n")

	out, err = shell("echo out; echo err >&2").CombinedOutput()
	equal(t, "combined", string(out), "out\nerr\n")
	isError(t, "its error", err, nil)
}

func TestOutputKeepsTheEndsOfALongStandardError(t *testing.T) {
	leavesNothing(t)
	_, err := shell("echo first; for i in 1 2 3 4; do head -c 65536 /dev/zero; done; echo last; exit 1").Output()
	var exit *spaces.ExitError
	if !errors.As(err, &exit) || len(exit.Stderr) != 0 {
		t.Fatalf("%v, with %d bytes", err, len(exit.Stderr))
	}
	_, err = shell("{ echo first; head -c 262144 /dev/zero; echo last; } >&2; exit 1").Output()
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	kept := string(exit.Stderr)
	if !strings.HasPrefix(kept, "first\n") || !strings.HasSuffix(kept, "last\n") || len(kept) > 70_000 ||
		!strings.Contains(kept, "bytes left out") {
		t.Errorf("%d bytes: %.20q … %q", len(kept), kept, kept[len(kept)-20:])
	}
}

func TestPipes(t *testing.T) {
	leavesNothing(t)
	cmd := shell("tee /dev/stderr")
	stdin := must(cmd.StdinPipe())(t)
	stdout := must(cmd.StdoutPipe())(t)
	stderr := must(cmd.StderrPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(stdin, "hello"); err != nil {
		t.Error(err)
	}
	if err := stdin.Close(); err != nil {
		t.Error(err)
	}
	equal(t, "stdout", string(must(io.ReadAll(stdout))(t)), "hello")
	equal(t, "stderr", string(must(io.ReadAll(stderr))(t)), "hello")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if err := stdin.Close(); err != nil {
		t.Errorf("closing it once more: %v", err)
	}
	if _, err := stdout.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Wait has left the pipe open: %v", err)
	}
}

func TestRefusesWhatContradicts(t *testing.T) {
	leavesNothing(t)
	var buffer bytes.Buffer
	for what, use := range map[string]func(c *spaces.Cmd) error{
		"StdinPipe":      func(c *spaces.Cmd) error { c.Stdin = &buffer; _, err := c.StdinPipe(); return err },
		"StdoutPipe":     func(c *spaces.Cmd) error { c.Stdout = &buffer; _, err := c.StdoutPipe(); return err },
		"StderrPipe":     func(c *spaces.Cmd) error { c.Stderr = &buffer; _, err := c.StderrPipe(); return err },
		"Output":         func(c *spaces.Cmd) error { c.Stdout = &buffer; _, err := c.Output(); return err },
		"CombinedOutput": func(c *spaces.Cmd) error { c.Stderr = &buffer; _, err := c.CombinedOutput(); return err },
		"Wait":           func(c *spaces.Cmd) error { return c.Wait() },
		"Cancel":         func(c *spaces.Cmd) error { c.Cancel = func() error { return nil }; return c.Start() },
		"Terminal": func(c *spaces.Cmd) error {
			c.Isolation.Terminal, c.Stdout = true, &buffer
			return c.Start()
		},
		"Join": func(c *spaces.Cmd) error { c.Isolation.Join = []spaces.Join{{}}; return c.Start() },
		"PID": func(c *spaces.Cmd) error {
			c.Isolation.Join = []spaces.Join{{PID: 1<<32 + 1}}
			return c.Start()
		},
		"NUL in args": func(c *spaces.Cmd) error { c.Args = append(c.Args, "a\x00b"); return c.Start() },
		"NUL in env":  func(c *spaces.Cmd) error { c.Env = []string{"A=a\x00b"}; return c.Start() },
		"no NAME=":    func(c *spaces.Cmd) error { c.Env = []string{"A"}; return c.Start() },
		"no path":     func(c *spaces.Cmd) error { c.Path = ""; return c.Start() },
		"no command":  func(c *spaces.Cmd) error { *c = spaces.Cmd{}; return c.Start() },
		"TimeLimit":   func(c *spaces.Cmd) error { c.Isolation.TimeLimit = -1; return c.Start() },
		"read-only":   func(c *spaces.Cmd) error { c.Isolation.ReadonlyRoot = true; return c.Start() },
	} {
		if err := use(contained("true")); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	cmd := contained("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if cmd.Start() == nil || cmd.Wait() == nil {
		t.Error("a Cmd can be used again")
	}
	if _, err := cmd.StdinPipe(); err == nil {
		t.Error("a pipe to a program that has ended")
	}
}

func TestEnvironment(t *testing.T) {
	leavesNothing(t)
	t.Setenv("SPACES_TEST", "inherited")
	equal(t, "inherited", output(t, shell(`echo "$SPACES_TEST"`)), "inherited")

	cmd := contained("env")
	cmd.Env = []string{"A=1", "B=x=y", "A=2"}
	equal(t, "of its own", output(t, cmd), "B=x=y\nA=2")

	cmd = contained("/usr/bin/env")
	cmd.Env = []string{}
	equal(t, "none", output(t, cmd), "")
}

func TestDirIsInsideTheRootAndSetsPWD(t *testing.T) {
	leavesNothing(t)
	cmd := shell(`pwd; echo "$PWD"`)
	cmd.Dir = "/usr"
	equal(t, "pwd", output(t, cmd), "/usr\n/usr")
	cmd = contained("true")
	cmd.Dir = "/nonexistent"
	equal(t, "not there", errors.Is(cmd.Run(), fs.ErrNotExist), true)
}

func TestLooksAProgramUpInTheProgramsOwnPath(t *testing.T) {
	leavesNothing(t)
	root := makeRoot(t)
	cmd := spaces.Command("pwd")
	cmd.Isolation = spaces.Isolation{New: spaces.UserNamespace | spaces.MountNamespace, Root: root}
	cmd.Env = []string{"PATH=/nowhere:/bin"}
	equal(t, "pwd", output(t, cmd), "/")

	cmd = spaces.Command("python3")
	cmd.Isolation = spaces.Isolation{New: spaces.UserNamespace | spaces.MountNamespace, Root: root}
	equal(t, "what only the host has is not found", errors.Is(cmd.Run(), fs.ErrNotExist), true)
}

func TestArgumentZeroNeedNotBeThePath(t *testing.T) {
	leavesNothing(t)
	for _, name := range []string{"sh", "-sh", "another name"} {
		cmd := &spaces.Cmd{Path: "/bin/sh", Args: []string{name, "-c", "echo $0"}}
		equal(t, "argument zero", output(t, cmd), name)
	}
}

func TestWaitDelayEndsWaitingForOthers(t *testing.T) {
	leavesNothing(t)
	var out bytes.Buffer
	cmd := spaces.Command("sh", "-c", "sleep 600 & echo $!")
	cmd.Stdout = &out
	cmd.WaitDelay = 10 * time.Millisecond
	err := cmd.Run()
	isError(t, "error", err, spaces.ErrWaitDelay)
	var left int
	for _, digit := range strings.TrimSpace(out.String()) {
		left = left*10 + int(digit-'0')
	}
	if left == 0 || syscall.Kill(left, syscall.SIGKILL) != nil {
		t.Errorf("%q is no process that holds the pipe open", out.String())
	}
}

func TestAWriterThatFails(t *testing.T) {
	leavesNothing(t)
	cmd := shell("echo something")
	cmd.Stdout = writerFunc(func([]byte) (int, error) { return 0, syscall.ENOSPC })
	equal(t, "error", errors.Is(cmd.Run(), syscall.ENOSPC), true)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(text []byte) (int, error) { return f(text) }
