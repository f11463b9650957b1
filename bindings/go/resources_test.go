package spaces_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// Tests of control groups look at all that there are, and run one at a time.

// hasCgroups skips a test where the tests can have no control groups.
func hasCgroups(t *testing.T) {
	t.Helper()
	cmd := spaces.Command("true")
	cmd.Isolation = spaces.Isolation{Memory: "64M", PidsLimit: 10, OwnCgroup: true}
	err := cmd.Run()
	if errors.Is(err, spaces.ErrUnsupported) {
		t.Skip("needs control groups: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// limitOf reads the first file of that name in the control groups, in version 2 or 1.
func limitOf(t *testing.T, groups []string, names ...string) string {
	t.Helper()
	for _, group := range groups {
		for _, name := range names {
			if text, err := os.ReadFile(filepath.Join(group, name)); err == nil {
				return strings.TrimSpace(string(text))
			}
		}
	}
	t.Fatalf("none of %v is in %v", names, groups)
	return ""
}

func TestLimits(t *testing.T) {
	hasCgroups(t)
	leavesNothing(t)
	cmd := spaces.Command("")
	cmd.Isolation = spaces.Isolation{Memory: "64M", CPUs: 0.5, PidsLimit: 20, Limits: map[string]string{"cpu.weight": "50"}}
	paused(t, cmd)
	process := cmd.Process
	groups := must(process.Cgroups())(t)
	equal(t, "memory", limitOf(t, groups, "memory.max", "memory.limit_in_bytes"), "67108864")
	equal(t, "pids", limitOf(t, groups, "pids.max"), "20")
	quota := limitOf(t, groups, "cpu.max", "cpu.cfs_quota_us")
	equal(t, "cpu", strings.TrimSuffix(quota, " 100000"), "50000")

	// What the process is in is what it is told to be in.
	in := string(must(os.ReadFile(filepath.Join("/proc", strconv.Itoa(process.Pid), "cgroup")))(t))
	for _, group := range groups {
		if !strings.Contains(in, "/"+filepath.Base(group)+"\n") {
			t.Errorf("%s is not in %s", group, in)
		}
	}

	stats := must(process.Stats())(t)
	equal(t, "memory.limit", stats["memory.limit"], 64<<20)
	equal(t, "pids.current", stats["pids.current"], 1)
	equal(t, "pids.limit", stats["pids.limit"], 20)

	if err := process.SetLimit("pids.max", "30"); err != nil {
		t.Error(err)
	}
	if err := process.SetResources([]byte(`{"memory": {"limit": 50331648}}`)); err != nil {
		t.Error(err)
	}
	equal(t, "pids", limitOf(t, groups, "pids.max"), "30")
	equal(t, "memory", limitOf(t, groups, "memory.max", "memory.limit_in_bytes"), "50331648")
	isError(t, "no such limit", process.SetLimit("pids.min", "1"), spaces.ErrUnsupported)
	isError(t, "no limit", process.SetLimit("speed.max", "1"), spaces.ErrInvalid)
	isError(t, "no JSON", process.SetResources([]byte("{")), spaces.ErrInvalid)
	isError(t, "NUL", process.SetLimit("pids.max", "1\x00"), spaces.ErrInvalid)
}

func TestResourcesOfOCI(t *testing.T) {
	hasCgroups(t)
	leavesNothing(t)
	cmd := spaces.Command("")
	cmd.Isolation = spaces.Isolation{CgroupPath: "spaces-go-" + strconv.Itoa(os.Getpid()), CgroupManager: "cgroupfs",
		Resources: []byte(`{"pids": {"limit": 40}, "memory": {"limit": 33554432}}`), Memory: "48M"}
	groups := must(paused(t, cmd).Process.Cgroups())(t)
	equal(t, "pids", limitOf(t, groups, "pids.max"), "40")
	equal(t, "the later one", limitOf(t, groups, "memory.max", "memory.limit_in_bytes"), "50331648")
	for _, group := range groups {
		equal(t, "name", filepath.Base(group), cmd.Isolation.CgroupPath)
	}

	joining := spaces.Command("")
	joining.Isolation.JoinCgroup = cmd.Process.Pid
	paused(t, joining)
	equal(t, "joined", string(must(os.ReadFile("/proc/"+strconv.Itoa(joining.Process.Pid)+"/cgroup"))(t)),
		string(must(os.ReadFile("/proc/"+strconv.Itoa(cmd.Process.Pid)+"/cgroup"))(t)))
}

func TestTheProcessLimit(t *testing.T) {
	hasCgroups(t)
	leavesNothing(t)
	cmd := spaces.Command("sh", "-c", "for i in 1 2 3 4 5; do sleep 600 & done; wait")
	cmd.Isolation.PidsLimit = 3
	if err := cmd.Run(); err == nil {
		t.Error("there was no limit")
	}
	if state := cmd.ProcessState; state.Statistics()["pids.limit_hits"] == 0 || len(state.Degraded()) != 0 {
		t.Errorf("%v, %v", state.Statistics(), state.Degraded())
	}
	stats := must(cmd.Process.Stats())(t)
	equal(t, "after the end", stats["pids.limit_hits"], cmd.ProcessState.Statistics()["pids.limit_hits"])
	_, err := cmd.Process.Cgroups()
	isError(t, "groups after the end", err, os.ErrProcessDone)
}

func TestOutOfMemory(t *testing.T) {
	hasCgroups(t)
	leavesNothing(t)
	cmd := spaces.Command("sh", "-c", `read -r line; exec tail /dev/zero`)
	cmd.Isolation = spaces.Isolation{Memory: "32M", Limits: map[string]string{"memory.swap.max": "0"}}
	stdin := must(cmd.StdinPipe())(t)
	err := cmd.Start()
	if errors.Is(err, spaces.ErrUnsupported) { // no swap accounting, and so no swap to be kept from
		cmd = spaces.Command("sh", "-c", `read -r line; exec tail /dev/zero`)
		cmd.Isolation = spaces.Isolation{Memory: "32M"}
		stdin = must(cmd.StdinPipe())(t)
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	events := must(cmd.Process.Events())(t)
	defer events.Close()
	told := make(chan int)
	go func() {
		times := 0
		for {
			if _, err := events.Next(); err != nil {
				break
			}
			times++
		}
		told <- times
	}()
	stdin.Close()
	var exit *spaces.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) {
		t.Fatal(err)
	}
	equal(t, "cause", exit.Cause(), spaces.CauseOutOfMemory)
	equal(t, "signal", exit.Signal(), syscall.SIGKILL)
	equal(t, "kills", exit.OOMKills(), 1)
	equal(t, "text", exit.Error(), "signal: killed (out of memory)")
	<-told // it ends with the program, which may be faster than the telling
}

func TestEvents(t *testing.T) {
	hasCgroups(t)
	leavesNothing(t)
	cmd := spaces.Command("sh", "-c", "read -r line")
	cmd.Isolation.OwnCgroup = true
	stdin := must(cmd.StdinPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	groups := must(cmd.Process.Cgroups())(t)
	events := must(cmd.Process.Events())(t)
	closed := must(cmd.Process.Events())(t)
	var waiting sync.WaitGroup
	waiting.Add(1)
	var closedWith error
	go func() {
		defer waiting.Done()
		for closedWith == nil {
			_, closedWith = closed.Next()
		}
	}()
	if err := closed.Close(); err != nil {
		t.Error(err)
	}
	waiting.Wait()
	isError(t, "closed", closedWith, os.ErrClosed)

	if hasFile(groups, "cgroup.events") { // version 1 does not tell of this
		if err := cmd.Process.Freeze(time.Minute); err != nil {
			t.Error(err)
		}
		counts, err := events.Next()
		if _, counted := counts["frozen"]; !counted || err != nil {
			t.Errorf("%v: %v", err, counts)
		}
		if err := cmd.Process.Thaw(); err != nil {
			t.Error(err)
		}
	}
	stdin.Close()
	var err error
	for err == nil {
		_, err = events.Next()
	}
	isError(t, "the end", err, io.EOF)
	if err := cmd.Wait(); err == nil {
		t.Error("no error")
	}
	_, err = events.Next()
	isError(t, "after the end", err, io.EOF)
	events.Close()
	_, err = events.Next()
	isError(t, "after that", err, os.ErrClosed)
	_, err = cmd.Process.Events()
	isError(t, "of an ended process", err, os.ErrProcessDone)
}

func hasFile(groups []string, name string) bool {
	for _, group := range groups {
		if _, err := os.Stat(filepath.Join(group, name)); err == nil {
			return true
		}
	}
	return false
}

func TestFreezing(t *testing.T) {
	hasCgroups(t)
	leavesNothing(t)
	cmd := spaces.Command("cat")
	cmd.Isolation.OwnCgroup = true
	stdin := must(cmd.StdinPipe())(t)
	stdout := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stats := func() uint64 {
		stats, err := cmd.Process.Stats()
		if err != nil {
			t.Error(err)
		}
		return stats["frozen"]
	}
	equal(t, "before", stats(), 0)
	if err := cmd.Process.Freeze(time.Minute); err != nil {
		t.Fatal(err)
	}
	equal(t, "frozen", stats(), 1)
	io.WriteString(stdin, "a")
	if err := cmd.Process.Thaw(); err != nil {
		t.Error(err)
	}
	equal(t, "thawed", stats(), 0)
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Freeze(-1); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.KillAll(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it was not killed")
	}
	isError(t, "after the end", cmd.Process.Freeze(0), os.ErrProcessDone)
}

func TestDeviceRules(t *testing.T) {
	hasCgroups(t)
	if !isRoot {
		t.Skip("needs root: only the superuser may load a BPF program")
	}
	leavesNothing(t)
	cmd := spaces.Command("sh", "-c", "echo >/dev/null && cat /dev/zero | head -c 0; head -c 1 /dev/zero >/dev/null || echo no")
	cmd.Isolation.DeviceRules = []spaces.DeviceRule{{Rule: "a"}, {Allow: true, Rule: "c 1:3 rwm"}}
	equal(t, "output", output(t, cmd), "no")
}

func TestWithoutAControlGroup(t *testing.T) {
	leavesNothing(t)
	cmd := spaces.Command("")
	process := paused(t, cmd).Process
	equal(t, "groups", len(must(process.Cgroups())(t)), 0)
	_, err := process.Stats()
	isError(t, "statistics", err, spaces.ErrState)
	_, err = process.Events()
	isError(t, "events", err, spaces.ErrState)
	isError(t, "freezing", process.Freeze(0), spaces.ErrState)
	isError(t, "a limit", process.SetLimit("pids.max", "1"), spaces.ErrState)

	cmd = spaces.Command("true")
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	_, err = cmd.Process.Stats()
	isError(t, "statistics of an ended process", err, spaces.ErrState)
}

// Where there is no control group, that is an error unless it was allowed.
func TestTheFallback(t *testing.T) {
	leavesNothing(t)
	cmd := spaces.Command("true")
	cmd.Isolation.Memory = "64M"
	if err := cmd.Run(); err == nil {
		t.Skip("needs a user without control groups")
	} else {
		isError(t, "not allowed", err, spaces.ErrUnsupported)
	}
	cmd = spaces.Command("sh", "-c", "ulimit -d")
	cmd.Isolation = spaces.Isolation{Memory: "64M", CgroupFallback: true}
	equal(t, "limit", output(t, cmd), "65536")
	equal(t, "told", len(cmd.ProcessState.Degraded()) > 0, true)
}

func TestWrongResources(t *testing.T) {
	leavesNothing(t)
	for _, c := range []struct {
		isolation spaces.Isolation
		message   string
	}{
		{spaces.Isolation{Memory: "\x00"}, "Memory"},
		{spaces.Isolation{CPUs: 0.001}, "CPUs"},
		{spaces.Isolation{CPUs: -1}, "CPUs"},
		{spaces.Isolation{PidsLimit: -2}, "PidsLimit"},
		{spaces.Isolation{PidsLimit: 1 << 40}, "PidsLimit"},
		{spaces.Isolation{Limits: map[string]string{"speed.max": "1"}}, "speed.max"},
		{spaces.Isolation{Limits: map[string]string{"pids.max": ""}}, "pids.max"},
		{spaces.Isolation{Resources: []byte("{")}, "Resources"},
		{spaces.Isolation{Resources: []byte(`{}}, "hostname": {"a": {}`)}, "Resources"},
		{spaces.Isolation{Resources: []byte(`{"speed": 1}`)}, "speed"},
		{spaces.Isolation{DeviceRules: []spaces.DeviceRule{{Rule: "c 1 r"}}}, "c 1 r"},
		{spaces.Isolation{CgroupPath: "../up"}, ".."},
		{spaces.Isolation{CgroupManager: "me", OwnCgroup: true}, "me"},
		{spaces.Isolation{CgroupManager: "auto"}, "CgroupManager"},
		{spaces.Isolation{CgroupFallback: true}, "CgroupFallback"},
		{spaces.Isolation{Memory: "1M", Limits: map[string]string{"memory.max": "1M"}}, "choose one"},
		{spaces.Isolation{JoinCgroup: -1}, "joinPid"},
	} {
		cmd := spaces.Command("true")
		cmd.Isolation = c.isolation
		err := cmd.Run()
		isError(t, c.message, err, spaces.ErrInvalid)
		if err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%s: %v", c.message, err)
		}
	}
}
