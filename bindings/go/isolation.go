package spaces

import (
	"math"
	"time"
)

// Isolation says how a program is set apart from its caller. The zero value does not do it at all: the
// program runs in the caller's namespaces and root directory, as with package os/exec, but with every
// descriptor closed that it was not given.
//
// Options that are pointers have a default that is neither of their values; Bool, Int and Uint32 make such
// pointers from constants.
type Isolation struct {
	// Config is an OCI config.json to start from; the other fields, where they are set, change it further. Of
	// the object process, args, env and cwd count where Cmd has none. Standard streams are always those of
	// Cmd.
	Config []byte

	// Confine is "sandbox" for a program that is not trusted: new namespaces and so no network, the system of
	// the caller to read only, no capabilities, a seccomp filter, Landlock, limits of memory and processes, and
	// an environment of PATH, HOME and LANG where Cmd has none. The other fields, where they are set, change it
	// further. What it defends against, and what not, is in the project's docs/security.md.
	Confine string

	// New are new namespaces for the program.
	//
	// With a new pid namespace the program has a small init as PID 1 (see Init), and with a new mount
	// namespace besides, a /proc of its own (see MountProc). A new user namespace without an id map maps the
	// caller's user and group to 0.
	New Namespaces

	// Share are namespaces that stay the caller's, even where all others of a process are joined.
	Share Namespaces

	// Join are existing namespaces to enter.
	Join []Join

	// UIDMap and GIDMap are the id maps of a new user namespace: "0 1000 1" (inside, outside, count; several
	// are separated by commas), "1000" (that user is 0 inside), "root" (the caller is 0 inside, the default),
	// "self" (the caller has the same id inside), "auto" (the caller is 0, and what /etc/subuid gives it is 1
	// and up), "nobody" (65534 is itself inside, where the caller may map it) or "none".
	UIDMap, GIDMap string

	// Setgroups is whether setgroups(2) is allowed in a new user namespace. Default: where the kernel lets
	// it.
	Setgroups *bool

	// MonotonicOffset and BoottimeOffset are added to these clocks in a new time namespace.
	MonotonicOffset, BoottimeOffset time.Duration

	// Hostname and Domainname are set in a new uts namespace.
	Hostname, Domainname string

	// Root is the program's root directory, a path of the caller; ReadonlyRoot makes its mount read-only. It
	// is changed by pivot_root(2) in a new mount namespace, or, with Chroot, by chroot(2), which needs none.
	Root         string
	ReadonlyRoot bool
	Chroot       bool

	// SystemRoot: the root directory is a new file system in memory that shows /usr, /etc, /bin and the like of
	// the caller's system, read-only, and nothing else, but for DefaultMounts and Mounts.
	SystemRoot bool

	// Propagation is that of mounts between the new mount namespace and others: "private" (the default),
	// "slave", "shared", "unbindable" or "unchanged".
	Propagation string

	// Mounts are made in this order in a new mount namespace, which the following fields up to ReadonlyPaths
	// need as well.
	Mounts []Mount

	// DefaultMounts are those that programs expect in a new root: /proc, /dev, a read-only /sys and an empty
	// /tmp. They come before Mounts.
	DefaultMounts bool

	// MountProc is whether a /proc of its own is mounted. Default: in new pid and mount namespaces.
	MountProc *bool

	// Directories are empty directories in memory, Files are files in memory, and Symlinks are symbolic links,
	// from their paths to what they say. They are made in this order, after all mounts and devices.
	Directories []Directory
	Files       []File
	Symlinks    map[string]string

	// Devices are device nodes. DefaultDevices are those that OCI has every container have (/dev/null, zero,
	// full, random, urandom and tty) with /dev/fd, stdin, stdout, stderr and ptmx, for a root directory or
	// tmpfs that has none.
	Devices        []Device
	DefaultDevices bool

	// MaskedPaths are hidden and ReadonlyPaths are made read-only, with all that is mounted below, when all
	// else is in place. One that does not exist is fine.
	MaskedPaths, ReadonlyPaths []string

	// Sysctl are kernel parameters of the new namespaces, by the names of sysctl(8): "net.ipv4.ip_forward".
	// Those of the whole machine are refused.
	Sysctl map[string]string

	// User and Group are called as inside the program's user namespace. Default: in a new or joined one 0
	// where that is mapped, else the first id that is; otherwise the caller's.
	User, Group *uint32

	// Groups are the supplementary groups. Default (nil, not empty): none where User or Group changes, else
	// the caller's.
	Groups []uint32

	// Umask is the program's file mode creation mask. Default: the caller's.
	Umask *uint32

	// Rlimits are limits of setrlimit(2) by their names, "RLIMIT_NOFILE".
	Rlimits map[string]Rlimit

	// NoNewPrivs: execve(2) can grant no new privileges any more.
	NoNewPrivs bool

	// CapDrop are capabilities(7), or "all", to take away, and CapAdd are those to have all the same, whichever
	// user the program is. They are spelled with or without "CAP_", in any case.
	CapAdd, CapDrop []string

	// Capabilities are what exactly is in each set, by OCI's words "bounding", "effective", "inheritable",
	// "permitted" and "ambient". A set that is not told is empty. Default (nil): as the kernel gives them to
	// the program's user.
	Capabilities map[string][]string

	// Securebits are security flags of capabilities(7), by the words of setpriv(1): "noroot",
	// "no_setuid_fixup", "no_cap_ambient_raise", each also with "_locked", and "keep_caps_locked".
	Securebits []string

	// AppArmorProfile is the name of a profile, "unconfined", or with "&" before it, one to be stacked upon
	// the caller's. SELinuxLabel is the program's label, MountLabel that of the file systems that are mounted
	// anew. Where the security module is not active, Start fails.
	AppArmorProfile, SELinuxLabel, MountLabel string

	// Landlock restricts the program to some files and TCP ports, without namespaces and privileges, but with
	// NoNewPrivs where the caller is not privileged.
	Landlock *Landlock

	// Seccomp is the filter for system calls: "default", or a profile of OCI (linux.seccomp) as JSON. It needs
	// NoNewPrivs or CAP_SYS_ADMIN in the program's user namespace.
	//
	// SeccompReport: ProcessState.SystemCall is the call for which the filter has ended a process. SeccompCache
	// is a directory for compiled filters, which otherwise take some milliseconds each time; it is made with
	// mode 0700.
	Seccomp       string
	SeccompReport bool
	SeccompCache  string

	// NewKeyring: the program has a session keyring of its own, see session-keyring(7).
	NewKeyring bool

	// OOMScoreAdj is -1000 to 1000, see proc_pid_oom_score_adj(5). Default: the caller's.
	OOMScoreAdj *int

	// Nice is -20 to 19. Scheduler is a policy of sched(7) in chrt(1)'s words, where it has one with its
	// static priority: "other", "batch", "idle", "fifo:50", "rr:1". IOPriority is a class in ionice(1)'s words,
	// with its priority: "be:0" to "be:7", "rt:0" to "rt:7", "idle". CPUAffinity are the CPUs to run on,
	// "0-3,7". Personality is the execution domain, "linux" or "linux32". Default: the caller's.
	Nice        *int
	Scheduler   string
	IOPriority  string
	CPUAffinity string
	Personality string

	// Memory is how many bytes the program and all that it starts may use, "512M"; CPUs how many processors,
	// 0.5; PidsLimit how many processes and threads (an init is one), -1: any number. These, Limits, Resources
	// and DeviceRules give the program a control group of its own, in each version of cgroups(7) that this
	// host has, which is removed when the program has been waited for.
	Memory    string
	CPUs      float64
	PidsLimit int64

	// Limits are any other limits, by their names in cgroup version 2: "memory.high", "cpu.weight", "io.max".
	// Names are translated where the controller is in version 1; where that has nothing like it, Start fails.
	Limits map[string]string

	// Resources are limits as JSON, an object as OCI's linux.resources. The other options change it further.
	Resources []byte

	// DeviceRules are which devices may be used. Later rules prevail.
	DeviceRules []DeviceRule

	// OwnCgroup: the program has a control group even without a limit, for Process.Stats and Process.Freeze.
	// CgroupPath is one of that name, from the root of the hierarchies where it begins with "/". CgroupManager
	// is who makes it: "cgroupfs" (libspaces), "systemd", or "auto", the default.
	OwnCgroup     bool
	CgroupPath    string
	CgroupManager string

	// CgroupFallback: where no control group is to be had, the program is started without, with resource
	// limits for what they can express. ProcessState.Degraded says so. Otherwise Start fails.
	CgroupFallback bool

	// JoinCgroup is a running process whose control groups the program is put into.
	JoinCgroup int

	// NewSession: the program leads a session of its own, see setsid(2).
	NewSession bool

	// ProcessGroup is the process group that the program is put into, one of its session; 0: one of its own,
	// which is all that there is in a new pid namespace. Default: the caller's.
	ProcessGroup *int

	// Terminal: the program's streams are a new pseudoterminal, which also is the controlling terminal of its
	// new session. Process.Terminal is the other side. Cmd's own streams must be nil then. TerminalSize is
	// its size in characters.
	Terminal     bool
	TerminalSize TerminalSize

	// InheritSignals: the program starts with the signals ignored and blocked that this process' thread has
	// so. Otherwise none is.
	InheritSignals bool

	// Init: PID 1 of a new pid namespace is a small init that reaps orphans, passes signals on to the program
	// and ends with it. Without, the program is PID 1 itself. Default: true.
	Init *bool

	// TimeLimit ends the program when it has run that long: by SIGTERM, and when TimeLimitGrace has passed as
	// well, by SIGKILL to everything in its pid namespace. It is kept even if this process ends. 0: no limit.
	TimeLimit, TimeLimitGrace time.Duration

	// DieWithParent: the program is killed when this process ends, however it ends. It does not matter which
	// thread started it, unlike with syscall.SysProcAttr.Pdeathsig.
	DieWithParent bool
}

// A Mount is made in the new mount namespace.
type Mount struct {
	// Source is what is mounted: for a bind mount a path of the caller. It may be empty where Type needs
	// none.
	Source string

	// Target is where, a path inside the new root directory. It is made there if it is missing.
	Target string

	// Type is "bind", "tmpfs", "proc", "overlay" or any other that the kernel has. Default: "bind".
	Type string

	// Options are separated by commas, as mount(8) and OCI spell them: "ro,nosuid,size=64m". Those of an
	// overlay are "lowerdir", "upperdir" and "workdir", paths of the caller, or instead of the latter two
	// "tmp-overlay": what is written goes to memory, and is gone with the program's mount namespace.
	Options string
}

func (m Mount) kind() string {
	if m.Type == "" {
		return "bind"
	}
	return m.Type
}

// A Rlimit is a soft and a hard limit of setrlimit(2).
type Rlimit struct {
	Soft, Hard uint64
}

// Infinity is no limit.
const Infinity uint64 = math.MaxUint64

// A TerminalSize is that of a terminal, in characters.
type TerminalSize struct {
	Rows, Columns uint32
}

// Bool returns a pointer to value, for options such as Isolation.Init.
func Bool(value bool) *bool { return &value }

// Int returns a pointer to value, for options such as Isolation.OOMScoreAdj.
func Int(value int) *int { return &value }

// Uint32 returns a pointer to value, for options such as Isolation.User.
func Uint32(value uint32) *uint32 { return &value }
