package spaces_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// The cases that every language must do alike (bindings/cases.json), here for Go. Words of the table that
// these types do not have are refused when it is read.

type caseOptions struct {
	New              json.RawMessage
	Join             []string
	JoinPID          int `json:"join_pid"`
	Executable       string
	ClearEnv         bool `json:"clear_env"`
	Env              map[string]*string
	Cwd              string
	UID              *uint32
	GID              *uint32
	Groups           []uint32
	Umask            *uint32
	Rlimits          map[string][2]uint64
	NoNewPrivs       bool `json:"no_new_privs"`
	OOMScoreAdj      *int `json:"oom_score_adj"`
	NewSession       bool `json:"new_session"`
	ProcessGroup     *int `json:"process_group"`
	Stderr           string
	UIDMap           string `json:"uid_map"`
	GIDMap           string `json:"gid_map"`
	Hostname         string
	TimeOffsets      map[string]int `json:"time_offsets"`
	Root             string
	ReadonlyRoot     bool `json:"readonly_root"`
	Mounts           []spaces.Mount
	Init             *bool
	TimeLimitMS      int `json:"time_limit_ms"`
	TimeLimitGraceMS int `json:"time_limit_grace_ms"`
	caseConfinement
}

type caseResult struct {
	Cause      spaces.Cause
	ExitCode   *int `json:"exit_code"`
	Signal     string
	SystemCall *string `json:"system_call"`
	OOMKills   *uint64 `json:"oom_kills"`
}

type caseError struct {
	Code, Errno, Step, Object string
}

type languageCase struct {
	Name, Needs string
	Argv        *[]string
	Function    []string
	Options     caseOptions
	Script      []string
	Into        *caseOptions
	Stdin       string
	Signal      string
	KillAll     bool `json:"kill_all"`
	Expect      struct {
		Stdout, Stderr *string
		Result         *caseResult
		Error          *caseError
	}
}

var (
	signalsOfCases = map[string]syscall.Signal{
		"SIGINT": syscall.SIGINT, "SIGKILL": syscall.SIGKILL, "SIGTERM": syscall.SIGTERM, "SIGUSR1": syscall.SIGUSR1,
		"SIGSYS": syscall.SIGSYS,
	}
	kindsOfCases = map[string]spaces.Namespaces{
		"time": spaces.TimeNamespace, "mount": spaces.MountNamespace, "cgroup": spaces.CgroupNamespace,
		"uts": spaces.UTSNamespace, "ipc": spaces.IPCNamespace, "user": spaces.UserNamespace,
		"pid": spaces.PIDNamespace, "network": spaces.NetworkNamespace,
	}
)

func init() {
	for name, function := range map[string]func(args []string) int{
		"exit": func(args []string) int {
			status, _ := strconv.Atoi(args[0])
			return status
		},
		"print": func(args []string) int { return printed(strings.Join(args, " ")) },
		"pids":  func([]string) int { return printed(os.Getpid(), os.Getppid()) },
		"ids":   func([]string) int { return printed(os.Getuid(), os.Getgid()) },
		"hostname": func([]string) int {
			name, _ := os.Hostname()
			return printed(name)
		},
		"copy": func([]string) int {
			io.Copy(os.Stdout, os.Stdin)
			return 0
		},
		"raise": func(args []string) int {
			syscall.Kill(os.Getpid(), signalsOfCases[args[0]])
			return 1
		},
		"wait": func([]string) int {
			printed("ready")
			for {
				time.Sleep(time.Hour)
			}
		},
		"program": func(args []string) int {
			cmd := spaces.Command(args[0], args[1:]...)
			cmd.Run()
			return cmd.ProcessState.ExitCode()
		},
	} {
		spaces.Register("case "+name, function)
	}
}

func printed(words ...any) int {
	fmt.Println(words...)
	return 0
}

// A caseRun is one case while it runs.
type caseRun struct {
	t           *testing.T
	empty, root string
	container   *spaces.Cmd
}

var wordInBraces = regexp.MustCompile(`\{[^{}]*\}`)

func (r *caseRun) text(given string) string {
	return wordInBraces.ReplaceAllStringFunc(given, func(word string) string {
		kind, name, _ := strings.Cut(strings.Trim(word, "{}"), " ")
		switch kind {
		case "uid":
			return strconv.Itoa(os.Getuid())
		case "gid":
			return strconv.Itoa(os.Getgid())
		case "tmp":
			return r.empty
		case "root":
			return r.smallRoot()
		case "ns":
			return namespaceOf(r.t, "self", name)
		case "container":
			return namespaceOf(r.t, r.container.Process.Pid, name)
		}
		r.t.Fatalf("the table has a word that this runner does not know: %s", word)
		return ""
	})
}

func (r *caseRun) smallRoot() string {
	if r.root == "" {
		r.root = makeRoot(r.t)
		for _, name := range []string{"mnt", "proc"} {
			if err := os.Mkdir(filepath.Join(r.root, name), 0o755); err != nil {
				r.t.Fatal(err)
			}
		}
	}
	return r.root
}

func (r *caseRun) namespaces(names []string) (kinds spaces.Namespaces) {
	for _, name := range names {
		kind, known := kindsOfCases[name]
		if !known {
			r.t.Fatalf("no kind of namespaces: %s", name)
		}
		kinds |= kind
	}
	return kinds
}

func (r *caseRun) new(value json.RawMessage) spaces.Namespaces {
	var names []string
	switch {
	case value == nil:
		return 0
	case string(value) == `"all"`:
		return spaces.AllNamespaces
	}
	if err := json.Unmarshal(value, &names); err != nil {
		r.t.Fatal(err)
	}
	return r.namespaces(names)
}

func (r *caseRun) apply(options *caseOptions, cmd *spaces.Cmd) {
	isolation := &cmd.Isolation
	isolation.New = r.new(options.New)
	isolation.User, isolation.Group, isolation.Groups = options.UID, options.GID, options.Groups
	isolation.Umask, isolation.OOMScoreAdj, isolation.ProcessGroup = options.Umask, options.OOMScoreAdj, options.ProcessGroup
	isolation.NoNewPrivs, isolation.NewSession = options.NoNewPrivs, options.NewSession
	isolation.UIDMap, isolation.GIDMap = r.text(options.UIDMap), r.text(options.GIDMap)
	isolation.Hostname, isolation.Init = options.Hostname, options.Init
	isolation.Root, isolation.ReadonlyRoot = r.text(options.Root), options.ReadonlyRoot
	isolation.TimeLimit = time.Duration(options.TimeLimitMS) * time.Millisecond
	isolation.TimeLimitGrace = time.Duration(options.TimeLimitGraceMS) * time.Millisecond
	for clock, seconds := range options.TimeOffsets {
		offset := map[string]*time.Duration{"monotonic": &isolation.MonotonicOffset, "boottime": &isolation.BoottimeOffset}
		*offset[clock] = time.Duration(seconds) * time.Second
	}
	for name, limit := range options.Rlimits {
		if isolation.Rlimits == nil {
			isolation.Rlimits = map[string]spaces.Rlimit{}
		}
		isolation.Rlimits[name] = spaces.Rlimit{Soft: limit[0], Hard: limit[1]}
	}
	for _, mount := range options.Mounts {
		mount.Source = r.text(mount.Source)
		isolation.Mounts = append(isolation.Mounts, mount)
	}
	if options.JoinPID != 0 {
		isolation.Join = []spaces.Join{{PID: options.JoinPID}}
	}
	if options.Executable != "" {
		cmd.Path = options.Executable
	}
	r.confine(&options.caseConfinement, isolation)
	cmd.Dir = options.Cwd
	if options.Env != nil || options.ClearEnv {
		cmd.Env = r.environment(options)
	}
}

func (r *caseRun) environment(options *caseOptions) []string {
	env := []string{}
	if !options.ClearEnv {
		for _, entry := range os.Environ() {
			name, _, _ := strings.Cut(entry, "=")
			if _, changed := options.Env[name]; !changed {
				env = append(env, entry)
			}
		}
	}
	for name, value := range options.Env {
		if value != nil {
			env = append(env, name+"="+r.text(*value))
		}
	}
	return env
}

func (r *caseRun) command(c *languageCase) *spaces.Cmd {
	words := c.Function
	if words == nil {
		words = *c.Argv
	}
	expanded := make([]string, len(words))
	for i, word := range words {
		expanded[i] = r.text(word)
	}
	switch {
	case c.Function != nil:
		return spaces.FuncCommand("case "+expanded[0], expanded[1:]...)
	case len(expanded) == 0:
		return &spaces.Cmd{}
	}
	return spaces.Command(expanded[0], expanded[1:]...)
}

// check compares an error with what is expected; nil is none.
func (e *caseError) check(t *testing.T, err error) {
	var failure *spaces.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got the error %v, want %+v", err, e)
	}
	for _, pair := range []struct{ what, got, want string }{
		{"step", failure.Step, e.Step},
		{"object", failure.Object, e.Object},
	} {
		if pair.want != "" {
			equal(t, pair.what, pair.got, pair.want)
		}
	}
	if e.Code != "" {
		equal(t, "code", failure.Code, codesOfCases[e.Code])
	}
	if e.Errno != "" {
		equal(t, "errno", failure.Errno, errnosOfCases[e.Errno])
	}
}

func (r *caseResult) check(t *testing.T, state *spaces.ProcessState) {
	exitCode := -1
	if r.ExitCode != nil {
		exitCode = *r.ExitCode
	}
	equal(t, "cause", state.Cause(), r.Cause)
	equal(t, "exit code", state.ExitCode(), exitCode)
	equal(t, "signal", state.Signal(), signalsOfCases[r.Signal])
	if r.SystemCall != nil {
		equal(t, "system call", state.SystemCall(), *r.SystemCall)
	}
	if r.OOMKills != nil {
		equal(t, "kills", state.OOMKills(), *r.OOMKills)
	}
}

func runCase(t *testing.T, c *languageCase) {
	switch c.Needs {
	case "":
	case "root":
		if !isRoot {
			t.Skip("needs root")
		}
	case "cgroup":
		hasCgroups(t)
	case "landlock":
		hasLandlock(t)
	default:
		t.Fatalf("what is %q, which it needs?", c.Needs)
	}
	leavesNothing(t)
	run := &caseRun{t: t, empty: t.TempDir()}
	if c.Script != nil {
		if err := os.WriteFile(filepath.Join(run.empty, c.Script[0]), []byte(c.Script[1]), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := run.command(c)
	run.apply(&c.Options, cmd)
	if c.Into != nil {
		running := &spaces.Cmd{}
		run.apply(c.Into, running)
		run.container = paused(t, running)
		cmd.Isolation.Join = []spaces.Join{{PID: run.container.Process.Pid, Namespaces: run.namespaces(c.Options.Join)}}
	}
	var stderr bytes.Buffer
	cmd.Stdin = strings.NewReader(c.Stdin)
	stdout := must(cmd.StdoutPipe())(t)
	switch c.Options.Stderr {
	case "":
		cmd.Stderr = &stderr
	case "stdout":
		cmd.Stderr = cmd.Stdout
	case "null": // which it is
	default:
		t.Fatalf("no stream: %s", c.Options.Stderr)
	}
	err := cmd.Start()
	if c.Expect.Error != nil {
		c.Expect.Error.check(t, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if c.Signal != "" || c.KillAll {
		if _, err := io.ReadFull(stdout, make([]byte, len("ready\n"))); err != nil {
			t.Fatal(err)
		}
		if c.KillAll {
			err = cmd.Process.KillAll()
		} else {
			err = cmd.Process.Signal(signalsOfCases[c.Signal])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	output := must(io.ReadAll(stdout))(t)
	var exit *spaces.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if c.Expect.Stdout != nil {
		equal(t, "standard output", string(output), run.text(*c.Expect.Stdout))
	}
	if c.Expect.Stderr != nil {
		equal(t, "standard error", stderr.String(), run.text(*c.Expect.Stderr))
	}
	expected := c.Expect.Result
	if expected == nil {
		expected = &caseResult{Cause: spaces.CauseExited, ExitCode: new(int)}
	}
	expected.check(t, cmd.ProcessState)
	if t.Failed() {
		t.Logf("standard error: %s", stderr.String())
	}
}

func TestEveryLanguageDoesAlike(t *testing.T) {
	path := os.Getenv("SPACES_CASES")
	if path == "" {
		path = "../cases.json"
	}
	var table struct {
		About string
		Cases []languageCase
	}
	decoder := json.NewDecoder(bytes.NewReader(must(os.ReadFile(path))(t)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&table); err != nil {
		t.Fatal(err)
	}
	for i := range table.Cases {
		c := &table.Cases[i]
		t.Run(c.Name, func(t *testing.T) { runCase(t, c) })
	}
}
