package spaces_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// started is a container that has printed a line.
func started(t *testing.T, cmd *spaces.Cmd) (*spaces.Cmd, io.Reader) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close() })
	cmd.Stdout = write
	err = cmd.Start()
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(read)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return cmd, lines
}

func TestSignalsReachTheProgram(t *testing.T) {
	leavesNothing(t)
	cmd, _ := started(t, shell(`trap 'exit 7' USR1; echo; sleep 600 & wait`))
	if err := cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Error(err)
	}
	var exit *spaces.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Fatal(err)
	}
	equal(t, "code", exit.ExitCode(), 7)
	equal(t, "cause", exit.Cause(), spaces.CauseExited)
}

func TestKillIsToldApartFromOtherSignals(t *testing.T) {
	leavesNothing(t)
	cmd, _ := started(t, shell("echo; exec sleep 600"))
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	var exit *spaces.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Fatal(err)
	}
	equal(t, "error", exit.Error(), "signal: killed")
	equal(t, "cause", exit.Cause(), spaces.CauseKilled)
	equal(t, "signal", exit.Signal(), syscall.SIGKILL)
	equal(t, "code", exit.ExitCode(), -1)
	equal(t, "exited", exit.Exited(), false)
	equal(t, "shell status", exit.ShellStatus(), 137)
	isError(t, "killing it again", cmd.Process.Kill(), os.ErrProcessDone)
	isError(t, "all of it", cmd.Process.KillAll(), os.ErrProcessDone)

	err := shell("kill -SEGV $$").Run()
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	equal(t, "cause", exit.Cause(), spaces.CauseSignaled)
	equal(t, "signal", exit.Signal(), syscall.SIGSEGV)
}

func TestKillAllEndsTheWholeNamespace(t *testing.T) {
	leavesNothing(t)
	cmd, rest := started(t, shell("sleep 600 & echo; exec sleep 600"))
	if err := cmd.Process.KillAll(); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadAll(rest); err != nil { // ends when nobody has the pipe any more
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it was not killed")
	}
}

func TestAnEndedProcessIsDoneBeforeItWasWaitedFor(t *testing.T) {
	leavesNothing(t)
	cmd := contained("true")
	stdout := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(stdout); err != nil {
		t.Error(err)
	}
	state := must(cmd.Process.Wait())(t)
	equal(t, "success", state.Success(), true)
	equal(t, "pid", state.Pid(), cmd.Process.Pid)
	equal(t, "the same state again", must(cmd.Process.Wait())(t), state)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestManyMayWait(t *testing.T) {
	leavesNothing(t)
	cmd, _ := started(t, shell("echo; exec sleep 600"))
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			if state, err := cmd.Process.Wait(); err != nil || state.Signal() != syscall.SIGTERM {
				t.Errorf("%v, %v", state, err)
			}
		}()
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	group.Wait()
	if err := cmd.Wait(); err == nil {
		t.Error("no error")
	}
}

func TestReleaseOfNothing(t *testing.T) {
	cmd := contained("/nonexistent")
	isError(t, "Start", cmd.Start(), syscall.ENOENT)
	isError(t, "Release", cmd.Process.Release(), syscall.EINVAL)
	isError(t, "Release of an empty one", new(spaces.Process).Release(), syscall.EINVAL)
}

func TestRelease(t *testing.T) {
	leavesNothing(t)
	cmd, _ := started(t, shell("echo; exec sleep 600"))
	pid := cmd.Process.Pid
	if err := cmd.Process.Release(); err != nil {
		t.Error(err)
	}
	if _, err := cmd.Process.Wait(); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("Wait: %v", err)
	}
	isError(t, "Kill", cmd.Process.Kill(), os.ErrProcessDone)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil { // it is there still
		t.Error(err)
	}
	if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
		t.Error(err)
	}
}

func TestAForgottenProcessGivesItsDescriptorsBack(t *testing.T) {
	leavesNothing(t)
	descriptors := func() int { return len(must(os.ReadDir("/proc/self/fd"))(t)) }
	before := descriptors()
	var pids []int
	for i := 0; i < 10; i++ {
		cmd := contained("true")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, cmd.Process.Pid)
	}
	for _, pid := range pids {
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != nil {
			t.Error(err)
		}
	}
	// Finalizers run in a goroutine of their own, some time after the collection.
	for deadline := time.Now().Add(10 * time.Second); descriptors() > before && time.Now().Before(deadline); {
		runtime.GC()
	}
}

func TestUsageOfTheProgram(t *testing.T) {
	leavesNothing(t)
	cmd := shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	state := cmd.ProcessState
	if state.UserTime()+state.SystemTime() < time.Millisecond {
		t.Errorf("%v + %v", state.UserTime(), state.SystemTime())
	}
	if state.PeakMemory() < 100_000 || state.PeakMemory() > 100_000_000 {
		t.Errorf("%d bytes", state.PeakMemory())
	}
	equal(t, "state", state.String(), "exit status 0")
	var none *spaces.ProcessState
	equal(t, "no state", none.String(), "<nil>")
}

func TestATimeLimit(t *testing.T) {
	leavesNothing(t)
	cmd := contained("sleep", "600")
	cmd.Isolation.TimeLimit = 10 * time.Millisecond
	var exit *spaces.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) {
		t.Fatal(err)
	}
	equal(t, "cause", exit.Cause(), spaces.CauseTimeLimit)
	equal(t, "error", exit.Error(), "signal: terminated (time limit)")
}

func TestWaitingTakesNoThread(t *testing.T) {
	leavesNothing(t)
	const containers = 100
	var group sync.WaitGroup
	before := len(must(os.ReadDir("/proc/self/task"))(t))
	var waiting []*spaces.Cmd
	for i := 0; i < containers; i++ {
		cmd, _ := started(t, shell("echo; exec sleep 600"))
		waiting = append(waiting, cmd)
		group.Add(1)
		go func() {
			defer group.Done()
			if err := cmd.Wait(); err == nil {
				t.Error("it was not killed")
			}
		}()
	}
	if now := len(must(os.ReadDir("/proc/self/task"))(t)); now > before+20 {
		t.Errorf("%d threads, %d before", now, before)
	}
	for _, cmd := range waiting {
		if err := cmd.Process.KillAll(); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
}

func TestAContextKillsTheContainerAtOnce(t *testing.T) {
	leavesNothing(t)
	var took []time.Duration
	for i := 0; i < 9; i++ {
		ctx, cancel := context.WithCancel(context.Background())
		// A grandchild that ignores signals holds the pipe, whose end Wait awaits.
		cmd := spaces.CommandContext(ctx, "sh", "-c", `trap "" TERM INT HUP; sleep 600 & echo; sleep 600`)
		cmd.Isolation.New = spaces.AllNamespaces
		stdout, line := newLineWaiter()
		cmd.Stdout = stdout
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-line
		begin := time.Now()
		cancel()
		err := cmd.Wait()
		took = append(took, time.Since(begin))
		var exit *spaces.ExitError
		if !errors.As(err, &exit) || exit.Signal() != syscall.SIGKILL {
			t.Errorf("%v", err)
		}
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	t.Logf("median %v, longest %v", took[len(took)/2], took[len(took)-1])
	if took[len(took)/2] > 100*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

// newLineWaiter is a Writer that closes a channel at the first newline.
func newLineWaiter() (io.Writer, <-chan struct{}) {
	line := make(chan struct{})
	var once sync.Once
	return writerFunc(func(text []byte) (int, error) {
		if strings.Contains(string(text), "\n") {
			once.Do(func() { close(line) })
		}
		return len(text), nil
	}), line
}

func TestContexts(t *testing.T) {
	leavesNothing(t)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := spaces.CommandContext(ctx, "true")
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	cancel()
	isError(t, "done before", spaces.CommandContext(ctx, "true").Run(), context.Canceled)

	// Who cancels in another way has the context's error where the program ends well.
	ctx, cancel = context.WithCancel(context.Background())
	cmd = spaces.CommandContext(ctx, "sh", "-c", "trap 'exit 0' TERM; echo; sleep 600 & wait")
	cmd.Isolation.New = spaces.AllNamespaces
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	started(t, cmd)
	cancel()
	isError(t, "ended well", cmd.Wait(), context.Canceled)

	// One that ignores it is killed when WaitDelay is over.
	ctx, cancel = context.WithCancel(context.Background())
	cmd = spaces.CommandContext(ctx, "sh", "-c", "trap '' TERM; echo; sleep 600")
	cmd.Isolation.New = spaces.AllNamespaces
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Millisecond
	started(t, cmd)
	cancel()
	var exit *spaces.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Signal() != syscall.SIGKILL {
		t.Error(err)
	}
}
