package spaces_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func TestMain(m *testing.M) {
	spaces.Init()
	// What the runtime opens once and keeps (epoll) shall not look like a leak of the first test.
	if read, write, err := os.Pipe(); err == nil {
		read.Close()
		write.Close()
	}
	os.Exit(m.Run())
}

var isRoot = os.Getuid() == 0

// unprivileged is what it takes to make other namespaces as whoever runs the tests.
func unprivileged() spaces.Namespaces {
	if isRoot {
		return 0
	}
	return spaces.UserNamespace
}

// contained is a command in new namespaces of every kind.
func contained(name string, arg ...string) *spaces.Cmd {
	cmd := spaces.Command(name, arg...)
	cmd.Isolation.New = spaces.AllNamespaces
	return cmd
}

// shell is a script in new namespaces of every kind.
func shell(script string, arg ...string) *spaces.Cmd {
	return contained("sh", append([]string{"-c", script, "sh"}, arg...)...)
}

// output is what the command prints, without the last newline. It has to succeed.
func output(t *testing.T, cmd *spaces.Cmd) string {
	t.Helper()
	out, err := cmd.Output()
	var exit *spaces.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%v: %v\n%s", cmd, err, exit.Stderr)
	}
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return strings.TrimSuffix(string(out), "\n")
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %#v, want %#v", what, got, want)
	}
}

func isError(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got the error %v, want %v", what, got, want)
	}
}

func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// paused is a container that runs, with what cmd says, until the test ends.
func paused(t *testing.T, cmd *spaces.Cmd) *spaces.Cmd {
	t.Helper()
	cmd.Path, cmd.Args = "sh", []string{"sh", "-c", "echo; exec cat"}
	stdin := must(cmd.StdinPipe())(t)
	stdout := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// makeRoot makes a root directory with a static shell.
func makeRoot(t *testing.T) string {
	t.Helper()
	var busybox []byte
	var err error
	for _, path := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if busybox, err = os.ReadFile(path); err == nil {
			break
		}
	}
	if err != nil {
		t.Skip("needs a statically linked busybox (package busybox-static)")
	}
	root := t.TempDir()
	bin := filepath.Join(root, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "busybox"), busybox, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sh", "cat", "ls", "pwd", "id"} {
		if err := os.Symlink("busybox", filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

var kinds = []string{"user", "cgroup", "ipc", "uts", "net", "pid", "time", "mnt"}

// namespaceOf names a namespace of a process, as readlink(1) prints it.
func namespaceOf(t *testing.T, pid any, kind string) string {
	t.Helper()
	return must(os.Readlink(fmt.Sprintf("/proc/%v/ns/%s", pid, kind)))(t)
}

// A host is what of this process no test may change.
type host struct {
	descriptors, children, namespaces string
}

func lookAtHost(t *testing.T) host {
	t.Helper()
	var now host
	var names []string
	for _, entry := range must(os.ReadDir("/proc/self/fd"))(t) {
		if target, err := os.Readlink("/proc/self/fd/" + entry.Name()); err == nil { // not that of the directory itself
			names = append(names, entry.Name()+" "+target)
		}
	}
	now.descriptors = strings.Join(names, "\n")

	kindsOfThreads := map[string]bool{}
	for _, task := range must(filepath.Glob("/proc/self/task/*"))(t) {
		children, err := os.ReadFile(task + "/children")
		if err != nil {
			continue // the thread has gone
		}
		now.children += string(bytes.TrimSpace(children))
		for _, kind := range kinds {
			if namespace, err := os.Readlink(task + "/ns/" + kind); err == nil {
				kindsOfThreads[namespace] = true
			}
		}
	}
	var all []string
	for namespace := range kindsOfThreads {
		all = append(all, namespace)
	}
	sort.Strings(all)
	now.namespaces = strings.Join(all, "\n")
	return now
}

// leavesNothing is the first line of a test: when it ends, this process is as it was.
func leavesNothing(t *testing.T) {
	t.Helper()
	before := lookAtHost(t)
	t.Cleanup(func() {
		after := lookAtHost(t)
		equal(t, "open descriptors", after.descriptors, before.descriptors)
		equal(t, "children", after.children, before.children)
		equal(t, "namespaces of all threads", after.namespaces, before.namespaces)
	})
}
