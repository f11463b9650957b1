package spaces

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// SetLimit changes a limit of the running program, as Isolation.Limits sets it. Like Freeze, Thaw, Stats and
// Events it needs a control group of the program: Isolation has a limit, OwnCgroup or CgroupPath.
func (p *Process) SetLimit(key, value string) error {
	if hasNUL(key) || hasNUL(value) {
		return invalid("SetLimit", "%q: %q has a NUL in it", key, value)
	}
	return p.send(func(failure *uintptr) int { return p.handle.Set_cgroup(key, value, failure) })
}

// SetResources changes several limits of the running program at once: JSON as Isolation.Resources. Nothing is
// changed where the program has no control group for one of them.
func (p *Process) SetResources(resources []byte) error {
	return p.send(func(failure *uintptr) int { return p.handle.Set_resources(string(resources), failure) })
}

// Freeze stops everything in the program's control group, and returns when it stands still. Where that takes
// longer than the timeout, which is none if it is less than 0, the error is ErrTimeout, and what is not frozen
// yet will be as soon as it can: Thaw takes it back. What is frozen can be killed.
func (p *Process) Freeze(timeout time.Duration) error {
	const longest = 20 * time.Millisecond // a pause; what is about to leave the kernel takes less
	pause := longest / 100
	for begin := time.Now(); ; time.Sleep(pause) {
		err := p.send(func(failure *uintptr) int { return p.handle.Freeze(0, failure) })
		failure, ok := err.(*Error)
		if !ok || failure.Code != ErrTimeout {
			return err
		}
		if timeout >= 0 && time.Since(begin) >= timeout {
			failure.Message = fmt.Sprintf("the control group %q is not frozen after %v", failure.Object, timeout)
			return failure
		}
		if pause *= 2; pause > longest {
			pause = longest
		}
	}
}

// Thaw lets go on what Freeze has stopped.
func (p *Process) Thaw() error {
	return p.send(func(failure *uintptr) int { return p.handle.Thaw(failure) })
}

// Stats is what the program and all that it has started have used, by the same names for both versions of
// control groups: "cpu.usage_usec", "memory.current", "memory.peak", "memory.oom_kills", "pids.current",
// "io.read_bytes" … (all are in the manual of spaces_process_stats). A name is missing where the program has no
// group with that controller, where the kernel is older, and for a limit that is none. After the end it is
// what it was then.
func (p *Process) Stats() (map[string]uint64, error) {
	stats := map[string]uint64{}
	err := p.ask(&stats, func(text, failure *uintptr) int { return p.handle.Stats(text, failure) })
	if err != os.ErrProcessDone {
		return stats, err
	}
	p.waiting.Lock()
	defer p.waiting.Unlock()
	if p.state == nil {
		return nil, errReleased
	}
	if p.state.report.Statistics == nil {
		return nil, &Error{Code: ErrState, Step: "cgroup", Index: -1, Message: "the process had no control group",
			Hint: "ask for one when it is started: Isolation.OwnCgroup"}
	}
	return p.state.Statistics(), nil
}

// Cgroups are the directories of the program's control groups; none where it has none.
func (p *Process) Cgroups() ([]string, error) {
	paths := []string{}
	err := p.ask(&paths, func(text, failure *uintptr) int { return p.handle.Cgroups(text, failure) })
	if err != nil {
		return nil, err
	}
	return paths, nil
}

// ask reads what a call of the library says as JSON.
func (p *Process) ask(answer any, call func(text, failure *uintptr) int) error {
	p.lock.RLock()
	defer p.lock.RUnlock()
	if p.handle == 0 {
		return os.ErrProcessDone
	}
	text, failure := new(uintptr), new(uintptr)
	if status := call(text, failure); status != 0 {
		return takeError(status, failure)
	}
	return json.Unmarshal([]byte(takeText(text)), answer)
}

// Mount mounts something in the running program's mount namespace, which must be its own. The target is
// resolved inside its root directory, safely whatever the program does meanwhile, and must exist, unless the
// options say "X-mount.mkdir". Overlays cannot be mounted so.
func (p *Process) Mount(mount Mount) error {
	for _, text := range []string{mount.Source, mount.Target, mount.Type, mount.Options} {
		if hasNUL(text) {
			return invalid("Mount", "%q has a NUL in it", text)
		}
	}
	return p.send(func(failure *uintptr) int {
		return p.handle.Mount(mount.Source, mount.Target, mount.kind(), mount.Options, failure)
	})
}

// Unmount unmounts what is mounted on target, a path in the running program's root directory; lazily also
// while it is in use, by who goes on to see it.
func (p *Process) Unmount(target string, lazily bool) error {
	if hasNUL(target) {
		return invalid("Unmount", "%q has a NUL in it", target)
	}
	return p.send(func(failure *uintptr) int { return p.handle.Unmount(target, flag(lazily), failure) })
}

// SeccompListener is the descriptor for the notifications of the program's seccomp filter, see
// seccomp_unotify(2): as long as it is open, calls with SCMP_ACT_NOTIFY wait for an answer, and without it they
// fail by ENOSYS. It can be taken once, and is the caller's to close.
func (p *Process) SeccompListener() (*os.File, error) {
	p.lock.Lock() // the library wants it alone
	defer p.lock.Unlock()
	if p.handle == 0 {
		return nil, os.ErrProcessDone
	}
	return takeFile(p.handle, raw.SPACES_SECCOMP, "seccomp")
}
