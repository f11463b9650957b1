package spaces

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// ErrWaitDelay is the error of Wait when the program has ended well, but its output had not when WaitDelay
// was over.
var ErrWaitDelay = errors.New("spaces: WaitDelay expired before I/O complete")

// watch is what watching the context has come to.
type watch struct {
	err   error       // what Wait returns where it has no error of its own
	timer *time.Timer // what is left of WaitDelay; nil where that has not begun
	done  bool        // WaitDelay is over: the copiers were ended
}

func (c *Cmd) startCopiers() {
	if len(c.copiers) == 0 {
		return
	}
	c.copied = make(chan error, len(c.copiers)) // so that none waits for an answer to be read
	for _, copier := range c.copiers {
		go func(copier func() error) { c.copied <- copier() }(copier)
	}
}

// startWatch ends the program with the context. Its answer is taken by Wait.
func (c *Cmd) startWatch() {
	if c.ctx == nil || c.ctx.Done() == nil || c.Cancel == nil && c.WaitDelay == 0 {
		return
	}
	answer := make(chan watch)
	c.watched = answer
	go func() {
		select {
		case answer <- watch{}: // the program has ended
		case <-c.ctx.Done():
			c.cancel(answer)
		}
	}()
}

func (c *Cmd) cancel(answer chan<- watch) {
	var result watch
	if c.Cancel != nil {
		switch err := c.Cancel(); {
		case err == nil:
			result.err = c.ctx.Err()
		case !errors.Is(err, os.ErrProcessDone): // else it has ended by itself
			result.err = fmt.Errorf("spaces: canceling Cmd: %w", err)
		}
	}
	if c.WaitDelay == 0 {
		answer <- result
		return
	}
	result.timer = time.NewTimer(c.WaitDelay)
	select {
	case answer <- result:
		return
	case <-result.timer.C:
	}
	killed := false
	switch err := c.Process.KillAll(); {
	case err == nil:
		killed = true
	case !errors.Is(err, os.ErrProcessDone):
		result.err = fmt.Errorf("spaces: killing Cmd: %w", err)
	}
	if err := c.endCopiers(); err != nil && result.err == nil && !killed {
		result.err = err
	}
	result.timer, result.done = nil, true
	answer <- result
}

// Wait waits for the end of a program that Start has started, and of the copying to and from it, and closes
// the pipes of StdinPipe, StdoutPipe and StderrPipe. The error is nil if the program has exited with status 0
// and all was copied, and an *ExitError if it has ended otherwise.
func (c *Cmd) Wait() error {
	if c.Process == nil {
		return errors.New("spaces: not started")
	}
	if c.ProcessState != nil {
		return errors.New("spaces: Wait was already called")
	}
	state, err := c.Process.Wait()
	c.ProcessState = state
	if err == nil && !state.Success() {
		err = &ExitError{ProcessState: state}
	}
	var result watch
	if c.watched != nil {
		result = <-c.watched
		if err == nil {
			err = result.err
		}
	}
	if !result.done {
		if copying := c.awaitCopiers(result.timer); err == nil {
			err = copying
		}
	}
	closeAll(c.parentPipes)
	c.parentPipes = nil
	return err
}

// awaitCopiers waits for the copying to end, until the timer or where there is none WaitDelay has run out.
func (c *Cmd) awaitCopiers(timer *time.Timer) error {
	var over <-chan time.Time
	if timer == nil && c.WaitDelay != 0 && c.copied != nil {
		timer = time.NewTimer(c.WaitDelay)
	}
	if timer != nil {
		defer timer.Stop()
		over = timer.C
	}
	var first error
	for left := c.leftToCopy(); left > 0; left-- {
		select {
		case err := <-c.copied:
			c.copiers = c.copiers[1:]
			if first == nil {
				first = err
			}
		case <-over:
			if err := c.endCopiers(); first == nil {
				first = err
			}
			return first
		}
	}
	return first
}

func (c *Cmd) leftToCopy() int {
	if c.copied == nil {
		return 0
	}
	return len(c.copiers)
}

// endCopiers closes the pipes under the copiers that still run, and waits for these.
func (c *Cmd) endCopiers() error {
	var first error
	for c.leftToCopy() > 0 { // those that are done already
		select {
		case err := <-c.copied:
			c.copiers = c.copiers[1:]
			if first == nil {
				first = err
			}
			continue
		default:
		}
		break
	}
	if c.leftToCopy() == 0 {
		return first
	}
	closeAll(c.parentPipes)
	for ; c.leftToCopy() > 0; c.copiers = c.copiers[1:] {
		if err := <-c.copied; first == nil && err != nil && !isClosed(err) {
			first = err
		}
	}
	if first == nil {
		first = ErrWaitDelay
	}
	return first
}
