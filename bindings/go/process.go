package spaces

import (
	"errors"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// A Process is a program that was started. Its methods may be called from any goroutine.
type Process struct {
	// Pid is the process id of this process' child: the program, or where it has one its init, which is PID 1
	// of the new pid namespace and passes signals on.
	Pid int

	// Terminal is our side of the program's pseudoterminal, if it was started with Isolation.Terminal.
	// Whoever uses it closes it. Reading from it fails with EIO when the program has ended.
	Terminal *os.File

	pidfd *os.File // in the runtime's poller; readable when the process has ended

	waiting sync.Mutex // held by the one Wait that waits
	state   *ProcessState

	// The library lets signals be sent while it waits, so both only read-lock what release() locks.
	lock   sync.RWMutex
	handle raw.SwigcptrProcess // 0 once it was given back
}

// errReleased is what package os answers in the same place.
var errReleased error = syscall.EINVAL

// newProcess takes over the spaces_process at address.
func newProcess(address uintptr, terminal bool) (*Process, error) {
	handle := raw.SwigcptrProcess(address)
	p := &Process{Pid: handle.Pid(), handle: handle}
	var err error
	if p.pidfd, err = pollable(handle.Pidfd()); err == nil && terminal {
		p.Terminal, err = takeTerminal(handle)
	}
	if err != nil { // nobody could wait for it
		p.endNow()
		return nil, err
	}
	runtime.SetFinalizer(p, (*Process).release)
	return p, nil
}

// endNow undoes a start that cannot be handed out.
func (p *Process) endNow() {
	failure, result := new(uintptr), new(uintptr)
	if status := p.handle.Kill_all(failure); status != 0 {
		_ = takeError(status, failure)
	}
	if status := p.handle.Wait(-1, result, failure); status != 0 {
		_ = takeError(status, failure)
	} else {
		raw.DeleteResult(raw.SwigcptrResult(*result))
	}
	p.release()
}

// pollable duplicates a pidfd for the runtime's poller.
func pollable(pidfd int) (*os.File, error) {
	fd, err := duplicate(pidfd)
	if err != nil {
		return nil, err
	}
	// Only descriptors that do not block get into the poller. The library never waits without having polled.
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), "pidfd"), nil
}

func duplicate(descriptor int) (int, error) {
	fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(descriptor), syscall.F_DUPFD_CLOEXEC, 3)
	if errno != 0 {
		return -1, os.NewSyscallError("fcntl", errno)
	}
	return int(fd), nil
}

func takeTerminal(handle raw.SwigcptrProcess) (*os.File, error) {
	return takeFile(handle, raw.SPACES_TERMINAL, "terminal")
}

// takeFile takes what Take_fd gives for stream, for the runtime's poller.
func takeFile(handle raw.SwigcptrProcess, stream int, name string) (*os.File, error) {
	fd, failure := new(int32), new(uintptr)
	if status := handle.Take_fd(stream, fd, failure); status != 0 {
		return nil, takeError(status, failure)
	}
	if err := syscall.SetNonblock(int(*fd), true); err != nil {
		_ = syscall.Close(int(*fd))
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(*fd), name), nil
}

// Wait waits until the process has ended and tells how. It takes no thread meanwhile. It may be called again,
// and by several goroutines.
func (p *Process) Wait() (*ProcessState, error) {
	p.waiting.Lock()
	defer p.waiting.Unlock()
	if p.state != nil {
		return p.state, nil
	}
	conn, err := p.pidfd.SyscallConn()
	if err != nil {
		return nil, errReleased
	}
	var look error
	err = conn.Read(func(uintptr) bool {
		p.state, look = p.collect(0)
		return !errors.Is(look, ErrTimeout)
	})
	switch {
	case errors.Is(err, os.ErrClosed):
		look = errReleased
	case err != nil: // the poller has no room for it (epoll(7), max_user_watches)
		p.awaitEnd()
		p.state, look = p.collect(0)
	}
	if look != nil {
		return nil, look
	}
	p.release()
	return p.state, nil
}

// collect gives the state of the process if it ends within that time.
func (p *Process) collect(milliseconds int) (*ProcessState, error) {
	p.lock.RLock()
	defer p.lock.RUnlock()
	if p.handle == 0 {
		return nil, errReleased
	}
	failure, result := new(uintptr), new(uintptr)
	if status := p.handle.Wait(milliseconds, result, failure); status != 0 {
		return nil, takeError(status, failure)
	}
	return newProcessState(p.Pid, *result), nil
}

// Kill ends the program by SIGKILL, and with it, where it has an init, everything in its pid namespace. Like
// all methods that send signals it returns os.ErrProcessDone for a process that has ended.
func (p *Process) Kill() error { return p.Signal(os.Kill) }

// Signal sends a signal to the program (not to its init).
//
// A program that is PID 1 itself does not die of a signal that it does not handle: the kernel drops it. Where
// any other program would die of it, such a one gets SIGKILL instead, and its ProcessState names sig.
func (p *Process) Signal(sig os.Signal) error {
	number, ok := sig.(syscall.Signal)
	if !ok {
		return errors.New("spaces: unsupported signal type")
	}
	return p.send(func(failure *uintptr) int { return p.handle.Kill(int(number), failure) })
}

// KillAll ends everything in the program's pid namespace and in its own control group by SIGKILL; where it has
// neither, only the program.
func (p *Process) KillAll() error {
	return p.send(func(failure *uintptr) int { return p.handle.Kill_all(failure) })
}

func (p *Process) send(call func(failure *uintptr) int) error {
	p.lock.RLock()
	defer p.lock.RUnlock()
	if p.handle == 0 || hasEnded(p.handle.Pidfd()) {
		return os.ErrProcessDone
	}
	failure := new(uintptr)
	if status := call(failure); status != 0 {
		return takeError(status, failure)
	}
	return nil
}

// hasEnded tells whether the process of a pidfd has ended.
func hasEnded(pidfd int) bool { return isReadable(pidfd, &syscall.Timespec{}) }

// awaitEnd waits for the end of the process, on a thread, but without p.lock, which others need meanwhile.
func (p *Process) awaitEnd() {
	p.lock.RLock()
	own, err := -1, errReleased
	if p.handle != 0 {
		own, err = duplicate(p.handle.Pidfd())
	}
	p.lock.RUnlock()
	if err != nil {
		return
	}
	defer syscall.Close(own)
	for !isReadable(own, nil) { // a signal came
	}
}

// isReadable tells whether a descriptor is so, or becomes so in that time; nil: at any time.
func isReadable(descriptor int, within *syscall.Timespec) bool {
	const pollIn = 1
	entry := struct {
		fd      int32
		events  int16
		revents int16
	}{fd: int32(descriptor), events: pollIn}
	ready, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&entry)), 1,
		uintptr(unsafe.Pointer(within)), 0, 0, 0)
	return errno == 0 && ready == 1 && entry.revents&pollIn != 0
}

// Release forgets the process, which is neither ended nor waited for. It is only needed where Wait is not
// called. The Process of a start that has failed, which is nil, has nothing to release: syscall.EINVAL.
func (p *Process) Release() error {
	if p == nil || p.pidfd == nil {
		return syscall.EINVAL
	}
	p.release()
	return nil
}

// release gives back what the process holds. The finalizer calls it for those who forget to.
func (p *Process) release() {
	runtime.SetFinalizer(p, nil)
	if p.pidfd != nil {
		_ = p.pidfd.Close() // which wakes a Wait
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.handle != 0 {
		raw.DeleteProcess(p.handle)
		p.handle = 0
	}
}
