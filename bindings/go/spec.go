package spaces

import (
	"encoding/json"
	"os"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// spec is a Spec of the library being filled in. The first failure is kept in err.
type spec struct {
	raw     raw.SwigcptrSpec
	failure *uintptr // where the library leaves its error; an allocation of its own, as C may see all of one
	err     error
}

var streamNames = [...]string{"Stdin", "Stdout", "Stderr"}

func newSpec() *spec {
	s := &spec{failure: new(uintptr)}
	address := new(uintptr)
	s.try(raw.Spec_new(address, s.failure))
	s.raw = raw.SwigcptrSpec(*address)
	return s
}

// free gives it back to the library, with the descriptors that it has duplicated.
func (s *spec) free() {
	if s.raw != 0 {
		raw.DeleteSpec(s.raw)
		s.raw = 0
	}
}

// try takes note of what a call of the library has returned.
func (s *spec) try(status int) {
	if status != 0 {
		s.fail(takeError(status, s.failure))
	}
}

func (s *spec) fail(err *Error) {
	if s.err == nil {
		s.err = err
	}
}

// text is value, which C has to see whole.
func (s *spec) text(object, value string) string {
	if hasNUL(value) {
		s.fail(invalid(object, "%q has a NUL in it", value))
	}
	return value
}

// number is value, which C takes as an int.
func (s *spec) number(object string, value int) int {
	if int(int32(value)) != value {
		s.fail(invalid(object, "%d is out of range", value))
	}
	return value
}

func (s *spec) args(args []string) {
	if len(args) == 0 {
		return
	}
	var list strings.Builder
	for _, arg := range args {
		list.WriteString(s.text("args", arg))
		list.WriteByte(0)
	}
	s.try(s.raw.Set_args(list.String(), s.failure))
}

// env makes the whole environment, in which the last of several entries for a variable counts. It never lets
// the library read environ(7), which os.Setenv may be changing at that moment.
func (s *spec) env(env []string, strict bool) {
	s.try(s.raw.Clear_env(s.failure))
	for _, entry := range env {
		equals := strings.IndexByte(entry, '=')
		if equals > 0 {
			s.try(s.raw.Set_env(s.text("env", entry[:equals]), s.text("env", entry[equals+1:]), s.failure))
		} else if strict {
			s.fail(invalid("env", "%q is not NAME=VALUE", entry))
		}
	}
}

// descriptor is the number of an open file.
func (s *spec) descriptor(object string, file *os.File) int {
	number := int(file.Fd())
	if number < 0 && s.err == nil {
		s.err = &os.PathError{Op: "spaces: pass on", Path: object, Err: os.ErrClosed}
	}
	return s.number(object, number)
}

// stream connects a standard stream to file, or to /dev/null where that is nil.
func (s *spec) stream(stream int, file *os.File) {
	if file == nil {
		s.try(s.raw.Set_stdio(stream, raw.SPACES_STDIO_NULL, s.failure))
		return
	}
	s.try(s.raw.Set_stdio_fd(stream, s.descriptor(streamNames[stream], file), s.failure))
	runtime.KeepAlive(file)
}

// pass gives the program a descriptor of this process.
func (s *spec) pass(file *os.File, target int) {
	s.try(s.raw.Add_fd(s.descriptor("ExtraFiles", file), target, s.failure))
	runtime.KeepAlive(file)
}

func (s *spec) isolate(isolation *Isolation) {
	s.namespaces(isolation)
	s.fileSystem(isolation)
	s.content(isolation)
	s.identity(isolation)
	s.privileges(isolation)
	s.securityModules(isolation)
	s.scheduling(isolation)
	s.controlGroup(isolation)
	s.session(isolation)
	s.life(isolation)
}

func (s *spec) namespaces(isolation *Isolation) {
	if isolation.New != 0 {
		s.try(s.raw.Unshare(uint32(isolation.New), s.failure))
	}
	if isolation.Share != 0 {
		s.try(s.raw.Share(uint32(isolation.Share), s.failure))
	}
	for _, join := range isolation.Join {
		s.join(join)
	}
	if isolation.UIDMap != "" {
		s.try(s.raw.Set_uid_map(s.text("UIDMap", isolation.UIDMap), s.failure))
	}
	if isolation.GIDMap != "" {
		s.try(s.raw.Set_gid_map(s.text("GIDMap", isolation.GIDMap), s.failure))
	}
	if isolation.Setgroups != nil {
		s.try(s.raw.Set_setgroups(flag(*isolation.Setgroups), s.failure))
	}
	s.timeOffset("monotonic", isolation.MonotonicOffset)
	s.timeOffset("boottime", isolation.BoottimeOffset)
	if isolation.Hostname != "" {
		s.try(s.raw.Set_hostname(s.text("Hostname", isolation.Hostname), s.failure))
	}
	if isolation.Domainname != "" {
		s.try(s.raw.Set_domainname(s.text("Domainname", isolation.Domainname), s.failure))
	}
}

func (s *spec) join(join Join) {
	given := 0
	for _, is := range []bool{join.PID != 0, join.Path != "", join.File != nil} {
		given += flag(is)
	}
	kinds := uint32(join.Namespaces)
	switch {
	case given != 1:
		s.fail(invalid("Join", "exactly one of PID, Path and File must be set"))
	case join.PID != 0:
		s.try(s.raw.Join_pid(s.number("Join.PID", join.PID), kinds, s.failure))
	case join.Path != "":
		s.try(s.raw.Join_path(kinds, s.text("Join.Path", join.Path), s.failure))
	default:
		s.try(s.raw.Join_fd(kinds, s.descriptor("Join.File", join.File), s.failure))
		runtime.KeepAlive(join.File)
	}
}

func (s *spec) timeOffset(clock string, offset time.Duration) {
	if offset == 0 {
		return
	}
	seconds, nanoseconds := offset/time.Second, offset%time.Second
	if nanoseconds < 0 { // the kernel counts them up from the second below
		seconds, nanoseconds = seconds-1, nanoseconds+time.Second
	}
	s.try(s.raw.Set_time_offset(clock, int64(seconds), uint32(nanoseconds), s.failure))
}

func (s *spec) fileSystem(isolation *Isolation) {
	switch {
	case isolation.Root != "" && isolation.SystemRoot:
		s.fail(invalid("SystemRoot", "this takes the place of Root: choose one"))
	case isolation.Root != "":
		s.try(s.raw.Set_root(s.text("Root", isolation.Root), flag(isolation.ReadonlyRoot), s.failure))
	case isolation.SystemRoot:
		s.try(s.raw.Set_system_root(flag(isolation.ReadonlyRoot), s.failure))
	case isolation.ReadonlyRoot:
		s.fail(invalid("ReadonlyRoot", "needs Root or SystemRoot"))
	}
	if isolation.Chroot {
		s.try(s.raw.Set_chroot(1, s.failure))
	}
	if isolation.Propagation != "" {
		s.try(s.raw.Set_propagation(s.text("Propagation", isolation.Propagation), s.failure))
	}
	if isolation.DefaultMounts {
		s.try(s.raw.Set_default_mounts(1, s.failure))
	}
	if isolation.MountProc != nil {
		s.try(s.raw.Set_mount_proc(flag(*isolation.MountProc), s.failure))
	}
	for _, mount := range isolation.Mounts {
		s.try(s.raw.Add_mount(s.text("Mount.Source", mount.Source), s.text("Mount.Target", mount.Target),
			s.text("Mount.Type", mount.kind()), s.text("Mount.Options", mount.Options), s.failure))
	}
}

func (s *spec) identity(isolation *Isolation) {
	if isolation.User != nil {
		s.try(s.raw.Set_uid(*isolation.User, s.failure))
	}
	if isolation.Group != nil {
		s.try(s.raw.Set_gid(*isolation.Group, s.failure))
	}
	if isolation.Groups != nil {
		s.try(s.raw.Set_groups(isolation.Groups, s.failure))
	}
	if isolation.Umask != nil {
		s.try(s.raw.Set_umask(*isolation.Umask, s.failure))
	}
	for name, limit := range isolation.Rlimits {
		s.try(s.raw.Set_rlimit(s.text("Rlimits", name), limit.Soft, limit.Hard, s.failure))
	}
	if isolation.NoNewPrivs {
		s.try(s.raw.Set_no_new_privs(1, s.failure))
	}
	if isolation.OOMScoreAdj != nil {
		s.try(s.raw.Set_oom_score_adj(s.number("OOMScoreAdj", *isolation.OOMScoreAdj), s.failure))
	}
}

func (s *spec) session(isolation *Isolation) {
	if isolation.NewSession {
		s.try(s.raw.Set_new_session(1, s.failure))
	}
	if isolation.ProcessGroup != nil {
		s.try(s.raw.Set_process_group(s.number("ProcessGroup", *isolation.ProcessGroup), s.failure))
	}
	if isolation.Terminal {
		s.try(s.raw.Set_terminal(1, s.failure))
	}
	if size := isolation.TerminalSize; size != (TerminalSize{}) {
		s.try(s.raw.Set_terminal_size(size.Rows, size.Columns, s.failure))
	}
	if isolation.InheritSignals {
		s.try(s.raw.Set_inherit_signals(1, s.failure))
	}
}

func (s *spec) life(isolation *Isolation) {
	if isolation.Init != nil {
		s.try(s.raw.Set_init(flag(*isolation.Init), s.failure))
	}
	if isolation.TimeLimit != 0 || isolation.TimeLimitGrace != 0 {
		s.try(s.raw.Set_time_limit(s.milliseconds("TimeLimit", isolation.TimeLimit),
			s.milliseconds("TimeLimitGrace", isolation.TimeLimitGrace), s.failure))
	}
	if isolation.DieWithParent {
		s.try(s.raw.Set_die_with_parent(1, s.failure))
	}
}

// milliseconds rounds up: what is not zero stays a limit.
func (s *spec) milliseconds(object string, duration time.Duration) uint64 {
	if duration < 0 {
		s.fail(invalid(object, "%v is less than nothing", duration))
		return 0
	}
	whole := duration / time.Millisecond
	if duration%time.Millisecond != 0 {
		whole++
	}
	return uint64(whole)
}

// config is what of an OCI config.json decides about Cmd's own fields.
type config struct {
	Process struct {
		Env      *json.RawMessage `json:"env"`
		Terminal bool             `json:"terminal"`
	} `json:"process"`
}

// load starts the Spec from an OCI config.json.
func (s *spec) load(text []byte) config {
	var known config
	if len(text) == 0 {
		return known
	}
	s.try(s.raw.Load_json(string(text), s.failure))
	if s.err == nil {
		if err := json.Unmarshal(text, &known); err != nil {
			s.fail(invalid("Config", "%v", err))
		}
	}
	return known
}

// spec makes the Spec of the command but for its standard streams.
func (c *Cmd) spec() (*spec, config) {
	s := newSpec()
	if s.err != nil {
		return s, config{}
	}
	known := s.load(c.Isolation.Config)
	known.Process.Terminal = known.Process.Terminal || c.Isolation.Terminal
	s.given("Confine", c.Isolation.Confine, s.raw.Confine) // first, as what follows changes it
	switch {
	case c.Env != nil:
		s.env(lastOfEach(c.Env), true)
	case known.Process.Env == nil && c.Isolation.Confine == "":
		s.env(c.Environ(), false)
	}
	if c.Dir != "" {
		s.try(s.raw.Set_cwd(s.text("Dir", c.Dir), s.failure))
	}
	for i, file := range c.ExtraFiles {
		if file != nil {
			s.pass(file, 3+i)
		}
	}
	s.isolate(&c.Isolation)
	s.program(c)
	return s, known
}

// program sets what is executed.
func (s *spec) program(c *Cmd) {
	if c.function != "" {
		s.function(c.function, c.Args[1:], 3+len(c.ExtraFiles))
		if c.Isolation.Confine != "" && c.Isolation.Root == "" {
			s.mountFunction()
		}
		return
	}
	args := c.Args
	switch {
	case len(args) == 0 && c.Path != "":
		args = []string{c.Path}
	case len(args) > 0 && c.Path != args[0]:
		s.try(s.raw.Set_executable(s.text("Path", c.Path), s.failure))
	}
	if len(args) == 0 && len(c.Isolation.Config) == 0 {
		s.fail(invalid("Path", "no command"))
	}
	s.args(args)
}

// given calls a setter with value where it is not empty.
func (s *spec) given(object, value string, set func(value string, failure *uintptr) int) {
	if value != "" {
		s.try(set(s.text(object, value), s.failure))
	}
}

// each calls a setter with every one of values.
func (s *spec) each(object string, values []string, set func(value string, failure *uintptr) int) {
	for _, value := range values {
		s.try(set(s.text(object, value), s.failure))
	}
}

// on calls the setter of a switch where that is on.
func (s *spec) on(is bool, set func(on int, failure *uintptr) int) {
	if is {
		s.try(set(1, s.failure))
	}
}

// sorted has the keys of a map in an order that is always the same.
func sorted[Value any](values map[string]Value) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func flag(on bool) int {
	if on {
		return 1
	}
	return 0
}
