package spaces_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// report is what a function sees.
type report struct {
	Args        []string
	OSArgs      []string
	UID, PID    int
	Hostname    string
	Descriptors []string
	Mark        bool // whether its environment tells how it was started
}

func init() {
	spaces.Register("report", func(args []string) int {
		hostname, _ := os.Hostname()
		var descriptors []string
		for fd := 0; fd < 64; fd++ {
			var stat syscall.Stat_t
			if syscall.Fstat(fd, &stat) == nil {
				descriptors = append(descriptors, strconv.Itoa(fd))
			}
		}
		err := json.NewEncoder(os.Stdout).Encode(report{args, os.Args, os.Getuid(), os.Getpid(), hostname, descriptors,
			strings.Contains(strings.Join(os.Environ(), " "), "spaces-function")})
		if err != nil {
			return 1
		}
		return 0
	})
	spaces.Register("status", func(args []string) int {
		status, _ := strconv.Atoi(args[0])
		return status
	})
	spaces.Register("panic", func([]string) int { panic("on purpose") })
	spaces.Register("pause", func([]string) int {
		fmt.Println()
		select {}
	})
	spaces.Register("parent", func([]string) int {
		cmd := spaces.Command("sh", "-c", "echo running >&3; exec sleep 600")
		cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, DieWithParent: true}
		pipe := os.NewFile(3, "pipe")
		cmd.ExtraFiles = []*os.File{pipe}
		if err := cmd.Start(); err != nil {
			fmt.Fprintln(pipe, err)
			return 1
		}
		if err := cmd.Wait(); err != nil {
			fmt.Fprintln(pipe, err)
		}
		return 1
	})
}

func reported(t *testing.T, cmd *spaces.Cmd) report {
	t.Helper()
	var seen report
	text := output(t, cmd)
	if err := json.Unmarshal([]byte(text), &seen); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return seen
}

func TestAFunctionInNewNamespaces(t *testing.T) {
	leavesNothing(t)
	cmd := spaces.FuncCommand("report", "a", "", "b c")
	cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Hostname: "inside"}
	seen := reported(t, cmd)
	equal(t, "arguments", fmt.Sprintf("%q", seen.Args), `["a" "" "b c"]`)
	equal(t, "os.Args", fmt.Sprintf("%q", seen.OSArgs), `["report" "a" "" "b c"]`)
	equal(t, "uid", seen.UID, 0)
	equal(t, "pid", seen.PID, 2)
	equal(t, "host name", seen.Hostname, "inside")
	equal(t, "a mark in its environment", seen.Mark, false)
	if has(seen.Descriptors, "3") { // that of the program was closed
		t.Errorf("descriptors %v", seen.Descriptors)
	}
}

func has(list []string, word string) bool {
	for _, item := range list {
		if item == word {
			return true
		}
	}
	return false
}

func TestAFunctionThatIsNotIsolated(t *testing.T) {
	leavesNothing(t)
	equal(t, "uid", reported(t, spaces.FuncCommand("report")).UID, os.Getuid())
}

func TestAFunctionInARootWithoutTheProgram(t *testing.T) {
	leavesNothing(t)
	cmd := spaces.FuncCommand("report")
	cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Root: makeRoot(t), Mounts: spaces.LibraryMounts()}
	cmd.Env = []string{"LD_LIBRARY_PATH=" + os.Getenv("LD_LIBRARY_PATH")} // where the loader finds libspaces here
	equal(t, "pid", reported(t, cmd).PID, 2)
}

func TestAFunctionByDefaultHasItsStatus(t *testing.T) {
	leavesNothing(t)
	for given, want := range map[string]int{"0": 0, "7": 7, "256": 0, "-1": 255} {
		cmd := spaces.FuncCommand("status", given)
		cmd.Isolation.New = spaces.AllNamespaces
		var exit *spaces.ExitError
		if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
			t.Error(err)
		}
		equal(t, given, cmd.ProcessState.ExitCode(), want)
	}
}

func TestAFunctionThatPanics(t *testing.T) {
	leavesNothing(t)
	var stderr bytes.Buffer
	cmd := spaces.FuncCommand("panic")
	cmd.Stderr = &stderr
	var exit *spaces.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Error(err)
	}
	if !strings.Contains(stderr.String(), "panic: on purpose") {
		t.Errorf("%q", stderr.String())
	}
}

func TestAFunctionEndsWithItsContext(t *testing.T) {
	leavesNothing(t)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := spaces.FuncCommandContext(ctx, "pause")
	cmd.Isolation.New = spaces.AllNamespaces
	started(t, cmd)
	cancel()
	var exit *spaces.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Signal() != syscall.SIGKILL {
		t.Error(err)
	}
}

func TestFunctionsNeedNames(t *testing.T) {
	leavesNothing(t)
	isError(t, "unknown", spaces.FuncCommand("nobody").Run(), spaces.ErrInvalid)
	for _, name := range []string{"", "report"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was registered", name)
				}
			}()
			spaces.Register(name, func([]string) int { return 0 })
		}()
	}
}

func TestARootThatLacksWhatAFunctionNeedsSaysSo(t *testing.T) {
	leavesNothing(t)
	root := makeRoot(t)
	for cure, kinds := range map[string]spaces.Namespaces{
		"Isolation.DefaultMounts": spaces.UserNamespace | spaces.MountNamespace,
		"spaces.LibraryMounts":    spaces.AllNamespaces,
	} {
		cmd := spaces.FuncCommand("report")
		cmd.Isolation = spaces.Isolation{New: kinds, Root: root}
		err := cmd.Run()
		isError(t, "error", err, syscall.ENOENT)
		if !strings.Contains(err.Error(), cure) {
			t.Errorf("%v: does not name the cure, %s", err, cure)
		}
	}
}
