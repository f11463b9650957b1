package spaces_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

func TestNamespacesAreNumberedAsInTheLibrary(t *testing.T) {
	for kind, value := range map[spaces.Namespaces]uint32{
		spaces.TimeNamespace:    raw.SPACES_NAMESPACE_TIME,
		spaces.MountNamespace:   raw.SPACES_NAMESPACE_MOUNT,
		spaces.CgroupNamespace:  raw.SPACES_NAMESPACE_CGROUP,
		spaces.UTSNamespace:     raw.SPACES_NAMESPACE_UTS,
		spaces.IPCNamespace:     raw.SPACES_NAMESPACE_IPC,
		spaces.UserNamespace:    raw.SPACES_NAMESPACE_USER,
		spaces.PIDNamespace:     raw.SPACES_NAMESPACE_PID,
		spaces.NetworkNamespace: raw.SPACES_NAMESPACE_NETWORK,
		spaces.AllNamespaces:    raw.SPACES_NAMESPACE_ALL,
	} {
		equal(t, kind.String(), uint32(kind), value)
	}
	equal(t, "infinity", spaces.Infinity, raw.SPACES_RLIM_INFINITY)
	equal(t, "names", (spaces.UserNamespace | spaces.PIDNamespace).String(), "user,pid")
	equal(t, "all names", spaces.AllNamespaces.String(), "time,mount,cgroup,uts,ipc,user,pid,network")
	equal(t, "an unknown one", spaces.Namespaces(1).String(), "0x1")
}

// filesOfKinds has the kinds in the order of their names in /proc/PID/ns.
var filesOfKinds = map[spaces.Namespaces]string{
	spaces.UserNamespace: "user", spaces.CgroupNamespace: "cgroup", spaces.IPCNamespace: "ipc",
	spaces.UTSNamespace: "uts", spaces.NetworkNamespace: "net", spaces.PIDNamespace: "pid",
	spaces.TimeNamespace: "time", spaces.MountNamespace: "mnt",
}

func TestNewNamespacesAreThoseAskedFor(t *testing.T) {
	leavesNothing(t)
	for kind := range filesOfKinds {
		cmd := spaces.Command("readlink")
		cmd.Isolation.New = kind | unprivileged()
		for _, name := range kinds {
			cmd.Args = append(cmd.Args, "/proc/self/ns/"+name)
		}
		if kind == spaces.PIDNamespace { // the host's /proc knows the program by its number there
			cmd.Isolation.New |= spaces.MountNamespace
		}
		lines := strings.Split(output(t, cmd), "\n")
		var changed spaces.Namespaces
		for i, name := range kinds {
			for k, file := range filesOfKinds {
				if file == name && lines[i] != namespaceOf(t, "self", name) {
					changed |= k
				}
			}
		}
		equal(t, "changed", changed, cmd.Isolation.New)
	}
}

func TestIsolation(t *testing.T) {
	leavesNothing(t)
	uid, gid := 1000, 1000
	if !isRoot {
		uid, gid = os.Getuid(), os.Getgid()
	}
	all := spaces.AllNamespaces
	for _, c := range []struct {
		name      string
		isolation spaces.Isolation
		script    string
		want      string
	}{
		{"id maps", spaces.Isolation{New: all, UIDMap: fmt.Sprintf("5 %d 1", uid), GIDMap: fmt.Sprintf("6 %d 1", gid)},
			"id -u; id -g", "5\n6"},
		{"root by default", spaces.Isolation{New: all}, "id -u; id -g", "0\n0"},
		{"user and group", spaces.Isolation{New: all, UIDMap: "self", GIDMap: "self",
			User: spaces.Uint32(uint32(os.Getuid())), Group: spaces.Uint32(uint32(os.Getgid()))},
			"echo $(id -u) $(id -g)", fmt.Sprintf("%d %d", os.Getuid(), os.Getgid())},
		{"setgroups", spaces.Isolation{New: all, Setgroups: spaces.Bool(false)}, "cat /proc/self/setgroups", "deny"},
		{"host name", spaces.Isolation{New: all, Hostname: "box", Domainname: "example"},
			"uname -n; cat /proc/sys/kernel/domainname", "box\nexample"},
		{"clocks", spaces.Isolation{New: all, MonotonicOffset: 1000 * time.Second, BoottimeOffset: 90 * time.Minute},
			"echo $(cat /proc/self/timens_offsets)", "monotonic 1000 0 boottime 5400 0"},
		{"shared", spaces.Isolation{New: all, Share: spaces.UTSNamespace}, "readlink /proc/self/ns/uts",
			namespaceOf(t, "self", "uts")},
		{"an init", spaces.Isolation{New: all}, "echo $$ $PPID", "2 1"},
		{"no init", spaces.Isolation{New: all, Init: spaces.Bool(false)}, "echo $$ $PPID", "1 0"},
		{"no own proc", spaces.Isolation{New: all, MountProc: spaces.Bool(false)},
			"cat /proc/1/comm", strings.TrimSpace(string(must(os.ReadFile("/proc/1/comm"))(t)))},
		{"umask", spaces.Isolation{New: all, Umask: spaces.Uint32(0o27)}, "umask", "0027"},
		{"limits", spaces.Isolation{New: all, Rlimits: map[string]spaces.Rlimit{"RLIMIT_NOFILE": {Soft: 50, Hard: 60}}},
			"ulimit -Sn; ulimit -Hn", "50\n60"},
		{"no new privileges", spaces.Isolation{New: all, NoNewPrivs: true},
			"grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t1"},
		{"OOM score", spaces.Isolation{New: all, OOMScoreAdj: spaces.Int(500)}, "cat /proc/self/oom_score_adj", "500"},
		{"session", spaces.Isolation{New: all, NewSession: true},
			`[ "$(cut -d' ' -f6 /proc/$$/stat)" = $$ ] && echo yes`,
			"yes"},
		{"process group", spaces.Isolation{New: all, ProcessGroup: spaces.Int(0)},
			`[ "$(cut -d' ' -f5 /proc/$$/stat)" = $$ ] && echo yes`,
			"yes"},
		{"tmpfs", spaces.Isolation{New: all, Mounts: []spaces.Mount{{Target: "/mnt", Type: "tmpfs"}}},
			"stat -f -c %T /mnt", "tmpfs"},
		{"bind", spaces.Isolation{New: all, Mounts: []spaces.Mount{{Source: "/usr", Target: "/mnt", Options: "ro"}}},
			"[ -d /mnt/bin ] && ! touch /mnt/new 2>/dev/null && echo yes", "yes"},
		{"propagation", spaces.Isolation{New: all, Propagation: "shared"},
			"grep -q shared: /proc/self/mountinfo && echo yes", "yes"},
		{"a config", spaces.Isolation{Config: []byte(`{"hostname": "box",
			"process": {"env": ["PATH=/bin:/usr/bin", "A=b"]},
			"linux": {"namespaces": [{"type": "user"}, {"type": "uts"}]}}`)}, "uname -n; echo $A", "box\nb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := spaces.Command("sh", "-c", c.script)
			cmd.Isolation = c.isolation
			equal(t, "output", output(t, cmd), c.want)
		})
	}
}

func TestSupplementaryGroups(t *testing.T) {
	if !isRoot {
		t.Skip("needs root: an ordinary user may not set groups")
	}
	leavesNothing(t)
	cmd := spaces.Command("id", "-G")
	cmd.Isolation.Groups = []uint32{1, 2}
	equal(t, "groups", output(t, cmd), "0 1 2")
	cmd = spaces.Command("id", "-G")
	cmd.Isolation.Groups = []uint32{}
	equal(t, "none", output(t, cmd), "0")
}

func TestRootDirectories(t *testing.T) {
	leavesNothing(t)
	root := makeRoot(t)
	inRoot := func(isolation spaces.Isolation, script string) string {
		t.Helper()
		cmd := spaces.Command("/bin/sh", "-c", script)
		isolation.Root = root
		cmd.Isolation = isolation
		return output(t, cmd)
	}
	equal(t, "pivot_root", inRoot(spaces.Isolation{New: spaces.AllNamespaces}, "pwd; echo /*"), "/\n/bin /proc")
	equal(t, "read-only", inRoot(spaces.Isolation{New: spaces.AllNamespaces, ReadonlyRoot: true},
		"2>/dev/null echo >/new || echo no"), "no")
	equal(t, "default mounts", inRoot(spaces.Isolation{New: spaces.AllNamespaces, DefaultMounts: true},
		"echo >/dev/null; echo /*"), "/bin /dev /proc /sys /tmp")
	equal(t, "chroot", inRoot(spaces.Isolation{New: spaces.UserNamespace, Chroot: true}, "echo /bin/s*"), "/bin/sh")
}

func TestJoins(t *testing.T) {
	leavesNothing(t)
	target := spaces.Command("")
	target.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Hostname: "target"}
	pid := paused(t, target).Process.Pid

	equal(t, "Inject", output(t, spaces.Inject(pid, "uname", "-n")), "target")

	user := spaces.Join{Namespaces: spaces.UserNamespace, Path: fmt.Sprintf("/proc/%d/ns/user", pid)}
	cmd := spaces.Command("uname", "-n")
	cmd.Isolation.Join = []spaces.Join{user,
		{Namespaces: spaces.UTSNamespace, Path: fmt.Sprintf("/proc/%d/ns/uts", pid)}}
	equal(t, "by path", output(t, cmd), "target")

	file := must(os.Open(fmt.Sprintf("/proc/%d/ns/uts", pid)))(t)
	cmd = spaces.Command("uname", "-n")
	cmd.Isolation.Join = []spaces.Join{user, {Namespaces: spaces.UTSNamespace, File: file}}
	equal(t, "by file", output(t, cmd), "target")
	file.Close()

	cmd = spaces.Command("readlink", "/proc/self/ns/net")
	cmd.Isolation.Join = []spaces.Join{{PID: pid, Namespaces: spaces.UserNamespace | spaces.UTSNamespace}}
	equal(t, "a choice", output(t, cmd), namespaceOf(t, "self", "net"))
}

func TestATerminal(t *testing.T) {
	leavesNothing(t)
	cmd := shell(`tty; stty size; read -r line; echo "got $line"`)
	cmd.Isolation.Terminal = true
	cmd.Isolation.TerminalSize = spaces.TerminalSize{Rows: 33, Columns: 111}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	terminal := cmd.Process.Terminal
	defer terminal.Close()
	if _, err := io.WriteString(terminal, "hello\n"); err != nil {
		t.Error(err)
	}
	var lines []string
	for scanner := bufio.NewScanner(terminal); scanner.Scan(); { // until EIO
		lines = append(lines, scanner.Text())
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	text := strings.Join(lines, "\n")
	if !strings.Contains(text, "33 111") || !strings.Contains(text, "got hello") {
		t.Errorf("%q", text)
	}
}

func TestInheritedSignals(t *testing.T) {
	leavesNothing(t)
	ignored := func(inherit bool) string {
		cmd := contained("grep", "SigIgn", "/proc/self/status")
		cmd.Isolation.InheritSignals = inherit
		return output(t, cmd)
	}
	equal(t, "none", ignored(false), "SigIgn:\t0000000000000000")
	if inherited, want := ignored(true), ignoredHere(t); inherited != want {
		t.Errorf("%q, want %q", inherited, want)
	}
}

func ignoredHere(t *testing.T) string {
	t.Helper()
	for _, line := range strings.Split(string(must(os.ReadFile("/proc/self/status"))(t)), "\n") {
		if strings.HasPrefix(line, "SigIgn") {
			return line
		}
	}
	t.Fatal("no SigIgn")
	return ""
}

func TestDyingWithItsParent(t *testing.T) {
	leavesNothing(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	parent := spaces.FuncCommand("parent") // starts a container that holds the pipe
	parent.ExtraFiles = []*os.File{write}
	err = parent.Start()
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(read)
	equal(t, "line", must(lines.ReadString('\n'))(t), "running\n")
	if err := parent.Process.Kill(); err != nil {
		t.Error(err)
	}
	if rest := must(io.ReadAll(lines))(t); len(rest) != 0 { // nobody has it any more
		t.Errorf("%q", rest)
	}
	if err := parent.Wait(); err == nil {
		t.Error("the parent was not killed")
	}
}
