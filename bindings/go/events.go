package spaces

import (
	"encoding/json"
	"io"
	"os"
	"syscall"
)

// Events tell what happens to a program in its control group: it meets a limit, the OOM killer kills, it is
// frozen, the group is empty.
type Events struct {
	process *Process
	happens int      // the library's descriptor
	pidfd   int      // a duplicate, which outlives the library's handle of the process
	either  *os.File // an epoll descriptor with both, in the runtime's poller
}

// Events begins to watch the program's control group. There is one count for all Events of a process. Whoever
// uses them closes them.
func (p *Process) Events() (*Events, error) {
	p.lock.Lock() // the library wants it alone
	defer p.lock.Unlock()
	if p.handle == 0 {
		return nil, os.ErrProcessDone
	}
	fd, failure := new(int32), new(uintptr)
	if status := p.handle.Events_fd(fd, failure); status != 0 {
		return nil, takeError(status, failure)
	}
	events := &Events{process: p, happens: int(*fd), pidfd: -1}
	if err := events.watch(p.handle.Pidfd()); err != nil {
		events.closeDescriptors()
		return nil, err
	}
	return events, nil
}

// watch makes what is readable when something has happened or the program has ended.
func (e *Events) watch(pidfd int) error {
	own, err := duplicate(pidfd)
	if err != nil {
		return err
	}
	e.pidfd = own
	either, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	for _, descriptor := range []int{e.happens, e.pidfd} {
		event := syscall.EpollEvent{Events: syscall.EPOLLIN}
		if err := syscall.EpollCtl(either, syscall.EPOLL_CTL_ADD, descriptor, &event); err != nil {
			_ = syscall.Close(either)
			return os.NewSyscallError("epoll_ctl", err)
		}
	}
	if err := syscall.SetNonblock(either, true); err != nil { // else it does not get into the poller
		_ = syscall.Close(either)
		return os.NewSyscallError("fcntl", err)
	}
	e.either = os.NewFile(uintptr(either), "events")
	return nil
}

func (e *Events) closeDescriptors() {
	_ = syscall.Close(e.happens)
	if e.pidfd >= 0 {
		_ = syscall.Close(e.pidfd)
	}
}

// Next waits until something has happened, and returns how often each has since the start: "memory.oom_kills",
// "memory.limit_hits", "pids.limit_hits" …, as Process.Stats has it. When the program has ended, and all was
// told, the error is io.EOF; what comes at the very end is for ProcessState.Statistics to tell. In version 1 of
// cgroups(7) the OOM killer is announced a moment before it counts.
func (e *Events) Next() (map[string]uint64, error) {
	conn, err := e.either.SyscallConn()
	if err != nil {
		return nil, os.ErrClosed
	}
	for {
		var counts map[string]uint64
		var look error
		read := func(uintptr) bool {
			counts, look = e.look()
			return counts != nil || look != nil
		}
		if conn.Read(read) == nil {
			return counts, look
		}
		// It is closed, or the poller has no room for it (epoll(7), max_user_watches).
		if conn.Control(func(either uintptr) { isReadable(int(either), nil) }) != nil {
			return nil, os.ErrClosed
		}
		if read(0) {
			return counts, look
		}
	}
}

// look has nothing at all where neither something has happened nor the program has ended.
func (e *Events) look() (map[string]uint64, error) {
	p := e.process
	p.lock.Lock()
	defer p.lock.Unlock()
	switch {
	case p.handle == 0:
		return nil, io.EOF
	case isReadable(e.happens, &syscall.Timespec{}):
		text, failure := new(uintptr), new(uintptr)
		if status := p.handle.Read_events(text, failure); status != 0 {
			return nil, takeError(status, failure)
		}
		counts := map[string]uint64{}
		err := json.Unmarshal([]byte(takeText(text)), &counts)
		return counts, err
	case hasEnded(p.handle.Pidfd()):
		return nil, io.EOF
	}
	return nil, nil
}

// Close ends the watching, and any Next that waits, with os.ErrClosed.
func (e *Events) Close() error {
	if err := e.either.Close(); err != nil {
		return err
	}
	e.closeDescriptors() // after that of either, which waits for the end of Next
	return nil
}
