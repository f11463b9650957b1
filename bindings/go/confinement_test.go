package spaces_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

const (
	chownBit  = 1 << 0
	netRawBit = 1 << 13
)

// statusOf reads a line of /proc/PID/status.
func statusOf(t *testing.T, pid int, name string) string {
	t.Helper()
	return lineOf(t, string(must(os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)))(t)), name)
}

func lineOf(t *testing.T, status, name string) string {
	t.Helper()
	for _, line := range strings.Split(status, "\n") {
		if strings.HasPrefix(line, name+":") {
			return strings.TrimSpace(line[len(name)+1:])
		}
	}
	t.Fatalf("no %s in %q", name, status)
	return ""
}

// pausedWith runs a container that is the caller's own child, as it has no init.
func pausedWith(t *testing.T, isolation spaces.Isolation) int {
	t.Helper()
	cmd := spaces.Command("")
	isolation.Init = spaces.Bool(false)
	cmd.Isolation = isolation
	return paused(t, cmd).Process.Pid
}

// What the program sees of itself is what others see of it.
func TestCapabilities(t *testing.T) {
	leavesNothing(t)
	all := spaces.AllNamespaces
	for _, c := range []struct {
		name      string
		isolation spaces.Isolation
		want      map[string]uint64
	}{
		{"dropped", spaces.Isolation{New: all, CapDrop: []string{"all"}},
			map[string]uint64{"CapBnd": 0, "CapEff": 0, "CapPrm": 0, "CapInh": 0, "CapAmb": 0}},
		{"all but one", spaces.Isolation{New: all, CapDrop: []string{"ALL"}, CapAdd: []string{"net_raw", "CAP_CHOWN"}},
			map[string]uint64{"CapBnd": netRawBit | chownBit, "CapEff": netRawBit | chownBit, "CapAmb": netRawBit | chownBit}},
		{"exactly", spaces.Isolation{New: all, Capabilities: map[string][]string{
			"bounding": {"CAP_NET_RAW"}, "permitted": {"CAP_NET_RAW"}, "effective": {"CAP_NET_RAW"}}},
			map[string]uint64{"CapBnd": netRawBit, "CapEff": netRawBit, "CapPrm": netRawBit, "CapInh": 0, "CapAmb": 0}},
		{"none", spaces.Isolation{New: all, Capabilities: map[string][]string{}},
			map[string]uint64{"CapBnd": 0, "CapEff": 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			pid := pausedWith(t, c.isolation)
			cmd := spaces.Command("cat", "/proc/self/status")
			cmd.Isolation = c.isolation
			inside := output(t, cmd)
			for set, bits := range c.want {
				equal(t, set+" outside", statusOf(t, pid, set), fmt.Sprintf("%016x", bits))
				equal(t, set+" inside", lineOf(t, inside, set), fmt.Sprintf("%016x", bits))
			}
		})
	}
}

// Registered functions, and what runs in the namespaces of another process, are confined alike.
func TestConfinedFunctionsAndInjectedPrograms(t *testing.T) {
	leavesNothing(t)
	confinement := spaces.Isolation{NoNewPrivs: true, CapDrop: []string{"all"}, Seccomp: "default", Nice: spaces.Int(19)}
	want := "0000000000000000 2 19"

	cmd := spaces.FuncCommand("confinement")
	cmd.Isolation = confinement
	cmd.Isolation.New = spaces.AllNamespaces
	equal(t, "function", output(t, cmd), want)

	cmd = spaces.Inject(pausedWith(t, spaces.Isolation{New: spaces.AllNamespaces}), "sh", "-c",
		`s=/proc/self/status; echo $(grep ^CapEff $s | cut -f2) $(grep ^Seccomp: $s | cut -f2) $(nice)`)
	confinement.Join = cmd.Isolation.Join
	cmd.Isolation = confinement
	equal(t, "injected", output(t, cmd), want)
}

func init() {
	spaces.Register("confinement", func([]string) int {
		text, _ := os.ReadFile("/proc/self/status")
		fields := map[string]string{}
		for _, line := range strings.Split(string(text), "\n") {
			name, value, _ := strings.Cut(line, ":")
			fields[name] = strings.TrimSpace(value)
		}
		nice, _, _ := syscall.Syscall(syscall.SYS_GETPRIORITY, syscall.PRIO_PROCESS, 0, 0) // 20 less nice
		return printed(fields["CapEff"], fields["Seccomp"], 20-int(nice))
	})
}

func TestSecurebits(t *testing.T) {
	leavesNothing(t)
	cmd := contained("cat", "/proc/self/status") // noroot: uid 0 gets nothing by execve
	cmd.Isolation.Securebits = []string{"noroot"}
	equal(t, "effective", lineOf(t, output(t, cmd), "CapEff"), "0000000000000000")
}

func TestTheDefaultSeccompProfile(t *testing.T) {
	leavesNothing(t)
	isolation := spaces.Isolation{New: spaces.AllNamespaces, NoNewPrivs: true, Seccomp: "default",
		SeccompCache: filepath.Join(t.TempDir(), "cache")}
	pid := pausedWith(t, isolation)
	equal(t, "outside", statusOf(t, pid, "Seccomp"), "2")
	cmd := spaces.Command("sh", "-c", "grep ^Seccomp: /proc/self/status; unshare -m true 2>/dev/null || echo refused")
	cmd.Isolation = isolation
	equal(t, "inside", output(t, cmd), "Seccomp:\t2\nrefused")
	if len(must(os.ReadDir(isolation.SeccompCache))(t)) == 0 {
		t.Error("nothing is in the cache")
	}
}

func profile(action, name string) string {
	return fmt.Sprintf(`{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [%q], "action": %q}]}`, name, action)
}

func TestASeccompProfile(t *testing.T) {
	leavesNothing(t)
	where := t.TempDir()
	seccomp := func(action string, report bool) *spaces.Cmd {
		cmd := spaces.Command("mkdir", filepath.Join(where, "new"))
		cmd.Isolation = spaces.Isolation{NoNewPrivs: true, Seccomp: profile(action, "mkdir"), SeccompReport: report}
		return cmd
	}
	cmd := seccomp("SCMP_ACT_ERRNO", false)
	var exit *spaces.ExitError
	if _, err := cmd.Output(); !errors.As(err, &exit) || !strings.Contains(string(exit.Stderr), "not permitted") {
		t.Errorf("got %v", err)
	}
	cmd = seccomp("SCMP_ACT_KILL_PROCESS", false)
	cmd.Isolation.Rlimits = map[string]spaces.Rlimit{"RLIMIT_CORE": {}}
	if err := cmd.Run(); !errors.As(err, &exit) {
		t.Fatalf("got %v", err)
	}
	equal(t, "cause", exit.Cause(), spaces.CauseSeccomp)
	equal(t, "signal", exit.Signal(), syscall.SIGSYS)
	equal(t, "not told", exit.SystemCall(), "")

	if err := seccomp("SCMP_ACT_KILL_PROCESS", true).Run(); !errors.As(err, &exit) {
		t.Fatalf("got %v", err)
	}
	equal(t, "cause", exit.Cause(), spaces.CauseSeccomp)
	equal(t, "call", exit.SystemCall(), "mkdir")
	equal(t, "text", exit.Error(), "signal: "+exit.Signal().String()+" (seccomp: mkdir)")
	if _, err := os.Stat(filepath.Join(where, "new")); err == nil {
		t.Error("the directory was made")
	}
}

// Whoever holds the listener is asked.
func TestTheSeccompListener(t *testing.T) {
	leavesNothing(t)
	cmd := shell("read -r line; mkdir /nowhere/at/all 2>&1; true")
	cmd.Isolation.NoNewPrivs = true
	cmd.Isolation.Seccomp = profile("SCMP_ACT_NOTIFY", "mkdir")
	stdin := must(cmd.StdinPipe())(t)
	stdout := must(cmd.StdoutPipe())(t)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	listener := must(cmd.Process.SeccompListener())(t)
	_, err := cmd.Process.SeccompListener()
	isError(t, "a second time", err, spaces.ErrState)
	listener.Close() // nobody answers: ENOSYS
	stdin.Close()
	equal(t, "answer", strings.Contains(string(must(io.ReadAll(stdout))(t)), "Function not implemented"), true)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	_, err = cmd.Process.SeccompListener()
	isError(t, "of an ended process", err, os.ErrProcessDone)
}

func hasLandlock(t *testing.T) {
	t.Helper()
	host := must(spaces.Features())(t)
	if !host.Works("landlock") {
		t.Skip("needs Landlock")
	}
}

// Landlock needs no namespaces and no privileges.
func TestLandlock(t *testing.T) {
	hasLandlock(t)
	leavesNothing(t)
	where := t.TempDir()
	if err := os.WriteFile(filepath.Join(where, "file"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := spaces.Command("sh", "-c", `cat "$1/file"; echo >"$1/new" || echo no; ls /home || echo no`, "sh", where)
	paths := map[string]string{where: "read", "/dev/null": "read,write"}
	for _, path := range []string{"/usr", "/bin", "/lib", "/lib64", "/etc"} {
		if _, err := os.Stat(path); err == nil {
			paths[path] = "read,execute"
		}
	}
	cmd.Isolation = spaces.Isolation{NoNewPrivs: true, Landlock: &spaces.Landlock{Paths: paths}}
	equal(t, "output", output(t, cmd), "textno\nno")

	cmd = spaces.Command("/bin/true")
	cmd.Isolation = spaces.Isolation{NoNewPrivs: true, Landlock: &spaces.Landlock{Paths: map[string]string{}}}
	isError(t, "no path at all", cmd.Run(), syscall.EACCES)

	cmd = spaces.Command("true")
	cmd.Isolation = spaces.Isolation{Landlock: &spaces.Landlock{BindPorts: []uint16{80}, ConnectPorts: []uint16{}}}
	if plan, err := cmd.Explain(); err != nil || !strings.Contains(plan, "landlock") {
		t.Errorf("%v: %s", err, plan)
	}
}

func TestScheduling(t *testing.T) {
	leavesNothing(t)
	for _, c := range []struct {
		name      string
		isolation spaces.Isolation
		script    string
		want      string
	}{
		{"nice", spaces.Isolation{Nice: spaces.Int(19)}, "nice", "19"},
		{"idle", spaces.Isolation{Scheduler: "idle"}, "chrt -p $$ | head -n1 | sed 's/.*: //'", "SCHED_IDLE"},
		{"batch and nice", spaces.Isolation{Scheduler: "SCHED_BATCH", Nice: spaces.Int(19)},
			"chrt -p $$ | head -n1 | sed 's/.*: //'; nice", "SCHED_BATCH\n19"},
		{"I/O", spaces.Isolation{IOPriority: "be:6"}, "ionice", "best-effort: prio 6"},
		{"no I/O", spaces.Isolation{IOPriority: "idle"}, "ionice", "idle"},
		{"CPUs", spaces.Isolation{CPUAffinity: firstCPU(t)}, "grep ^Cpus_allowed_list /proc/self/status",
			"Cpus_allowed_list:\t" + firstCPU(t)},
		{"32 bits", spaces.Isolation{Personality: "linux32"}, "cat /proc/self/personality", "00000008"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := spaces.Command("sh", "-c", c.script)
			cmd.Isolation = c.isolation
			equal(t, "output", output(t, cmd), c.want)
		})
	}
	pid := pausedWith(t, spaces.Isolation{Nice: spaces.Int(19), CPUAffinity: firstCPU(t)})
	stat := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)))(t))
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	equal(t, "nice outside", fields[16], "19")
	equal(t, "CPUs outside", statusOf(t, pid, "Cpus_allowed_list"), firstCPU(t))
}

func firstCPU(t *testing.T) string {
	t.Helper()
	list := statusOf(t, os.Getpid(), "Cpus_allowed_list")
	return strings.FieldsFunc(list, func(r rune) bool { return r == '-' || r == ',' })[0]
}

func TestASessionKeyring(t *testing.T) {
	leavesNothing(t)
	keyring := func() string {
		cmd := spaces.FuncCommand("session keyring")
		cmd.Isolation.NewKeyring = true
		return output(t, cmd)
	}
	own := keyring()
	if own == "-1" || own == fmt.Sprint(sessionKeyring()) || own == keyring() {
		t.Errorf("it is %s", own)
	}
}

// sessionKeyring is the number of this process' session keyring, or -1.
func sessionKeyring() int32 {
	const getKeyringID = 0
	special := -3 // KEY_SPEC_SESSION_KEYRING
	id, _, errno := syscall.Syscall(syscall.SYS_KEYCTL, getKeyringID, uintptr(special), 0)
	if errno != 0 {
		return -1
	}
	return int32(id)
}

func init() {
	spaces.Register("session keyring", func([]string) int { return printed(sessionKeyring()) })
}

func TestKernelParameters(t *testing.T) {
	leavesNothing(t)
	cmd := contained("cat", "/proc/sys/kernel/shmmni", "/proc/sys/net/ipv4/ip_unprivileged_port_start")
	cmd.Isolation.Sysctl = map[string]string{"kernel.shmmni": "123", "net/ipv4/ip_unprivileged_port_start": "81"}
	before := must(os.ReadFile("/proc/sys/kernel/shmmni"))(t)
	equal(t, "inside", output(t, cmd), "123\n81")
	equal(t, "outside", string(must(os.ReadFile("/proc/sys/kernel/shmmni"))(t)), string(before))
}

func TestModules(t *testing.T) {
	leavesNothing(t)
	host := must(spaces.Features())(t)
	for name, isolation := range map[string]spaces.Isolation{
		"apparmor": {AppArmorProfile: "spaces-no-such-profile"},
		"selinux":  {SELinuxLabel: "system_u:system_r:spaces_no_such_t:s0"},
		"selinux ": {New: spaces.UserNamespace | spaces.MountNamespace, MountLabel: "system_u:object_r:spaces_no_such_t:s0"},
	} {
		name = strings.TrimSpace(name)
		cmd := spaces.Command("true")
		cmd.Isolation = isolation
		err := cmd.Run()
		if host.Works(name) && err == nil {
			t.Errorf("%s: no error", name)
		} else if !host.Works(name) {
			isError(t, name, err, spaces.ErrUnsupported)
		}
	}
}

// What is wrong is refused, by the option's name where the library is not asked at all, and nothing is started.
func TestWrongConfinement(t *testing.T) {
	leavesNothing(t)
	for _, c := range []struct {
		isolation spaces.Isolation
		message   string
	}{
		{spaces.Isolation{CapAdd: []string{"flying"}}, "flying"},
		{spaces.Isolation{CapDrop: []string{"a\x00"}}, "CapDrop"},
		{spaces.Isolation{Capabilities: map[string][]string{"limiting": nil}}, "limiting"},
		{spaces.Isolation{Capabilities: map[string][]string{"ambient": {"flying"}}}, "flying"},
		{spaces.Isolation{Securebits: []string{"loose"}}, "loose"},
		{spaces.Isolation{Seccomp: "lax"}, ""},
		{spaces.Isolation{Seccomp: `{"defaultAction": "SCMP_ACT_SING"}`}, "SCMP_ACT_SING"},
		{spaces.Isolation{SeccompReport: true}, "SeccompReport"},
		{spaces.Isolation{SeccompCache: "/tmp"}, "SeccompCache"},
		{spaces.Isolation{Landlock: &spaces.Landlock{}}, "Landlock"},
		{spaces.Isolation{Landlock: &spaces.Landlock{Scope: []string{"narrow"}}}, "narrow"},
		{spaces.Isolation{Landlock: &spaces.Landlock{Paths: map[string]string{"/usr": "lick"}}}, "lick"},
		{spaces.Isolation{Scheduler: "slow"}, "SLOW"},
		{spaces.Isolation{Scheduler: "fifo:high"}, "Scheduler"},
		{spaces.Isolation{Scheduler: "fifo"}, "priority"},
		{spaces.Isolation{Nice: spaces.Int(20)}, "nice"},
		{spaces.Isolation{Nice: spaces.Int(5), Scheduler: "idle"}, "nice"},
		{spaces.Isolation{IOPriority: "be:8"}, "ioPriority"},
		{spaces.Isolation{CPUAffinity: "all"}, "CPU"},
		{spaces.Isolation{Personality: "windows"}, "WINDOWS"},
		{spaces.Isolation{Sysctl: map[string]string{"kernel.panic": "1"}}, "kernel.panic"},
		{spaces.Isolation{New: spaces.AllNamespaces, Files: []spaces.File{{Path: ""}}}, ""},
		{spaces.Isolation{New: spaces.AllNamespaces, Files: []spaces.File{{Path: "/x", Mode: 0o10000}}}, ""},
		{spaces.Isolation{New: spaces.AllNamespaces, Devices: []spaces.Device{{Path: "/dev/x"}}}, "Devices"},
		{spaces.Isolation{New: spaces.AllNamespaces, Devices: []spaces.Device{{Path: "/dev/x", Type: "z"}}}, ""},
		{spaces.Isolation{New: spaces.AllNamespaces, MaskedPaths: []string{"relative"}}, "relative"},
		{spaces.Isolation{MaskedPaths: []string{"/proc/keys"}}, "mount"},
	} {
		cmd := spaces.Command("true")
		cmd.Isolation = c.isolation
		err := cmd.Run()
		isError(t, fmt.Sprintf("%+v", c.isolation), err, spaces.ErrInvalid)
		if err != nil && !strings.Contains(err.Error(), c.message) {
			t.Errorf("%+v: %v", c.isolation, err)
		}
	}
}

// All that keeps a program away that is not trusted, in one word.
func TestTheSandbox(t *testing.T) {
	leavesNothing(t)
	cmd := spaces.Command("sh", "-c", `s=/proc/self/status
		echo $(grep ^CapBnd $s | cut -f2) $(grep ^Seccomp: $s | cut -f2) $(grep ^NoNewPrivs $s | cut -f2) $(uname -n)
		env | grep -v ^PWD= | sort; echo >/usr/new 2>/dev/null || echo read-only; ls /root /home 2>/dev/null; ls -A /tmp`)
	cmd.Isolation.Confine = "sandbox"
	cmd.Isolation.Hostname = "changed"
	want := "0000000000000000 2 1 changed\nHOME=/tmp\nLANG=C.UTF-8\n" +
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nread-only"
	equal(t, "inside", output(t, cmd), want)

	cmd = spaces.FuncCommand("confinement")
	cmd.Isolation.Confine = "sandbox"
	cmd.Isolation.Mounts = spaces.LibraryMounts() // libspaces need not be installed
	cmd.Env = []string{"LD_LIBRARY_PATH=" + os.Getenv("LD_LIBRARY_PATH")}
	cmd.Isolation.Nice = spaces.Int(19)
	equal(t, "a function", output(t, cmd), "0000000000000000 2 19")

	for message, isolation := range map[string]spaces.Isolation{
		"box":        {Confine: "box"},
		"SystemRoot": {New: spaces.AllNamespaces, SystemRoot: true, Root: "/"},
	} {
		cmd := spaces.Command("true")
		cmd.Isolation = isolation
		err := cmd.Run()
		isError(t, message, err, spaces.ErrInvalid)
		if err != nil && !strings.Contains(err.Error(), message) {
			t.Error(err)
		}
	}
}

func TestTheSystemAsRoot(t *testing.T) {
	leavesNothing(t)
	cmd := shell("ls / | tr '\\n' ' '; echo >/usr/new 2>/dev/null || echo read-only")
	cmd.Isolation.SystemRoot, cmd.Isolation.ReadonlyRoot, cmd.Isolation.DefaultMounts = true, true, true
	text := output(t, cmd)
	for word, is := range map[string]bool{"usr": true, "etc": true, "tmp": true, "home": false, "root": false} {
		equal(t, word, strings.Contains(text, word+" "), is)
	}
	equal(t, "usr", strings.HasSuffix(text, "read-only"), true)
}
