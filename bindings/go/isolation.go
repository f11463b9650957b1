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
	// and up) or "none".
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

	// Propagation is that of mounts between the new mount namespace and others: "private" (the default),
	// "slave", "shared", "unbindable" or "unchanged".
	Propagation string

	// Mounts are made in this order in a new mount namespace.
	Mounts []Mount

	// DefaultMounts are those that programs expect in a new root: /proc, /dev, a read-only /sys and an empty
	// /tmp. They come before Mounts.
	DefaultMounts bool

	// MountProc is whether a /proc of its own is mounted. Default: in new pid and mount namespaces.
	MountProc *bool

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

	// OOMScoreAdj is -1000 to 1000, see proc_pid_oom_score_adj(5). Default: the caller's.
	OOMScoreAdj *int

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

	// Type is "bind", "tmpfs", "proc" or any other that the kernel has. Default: "bind".
	Type string

	// Options are separated by commas, as mount(8) and OCI spell them: "ro,nosuid,size=64m".
	Options string
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
