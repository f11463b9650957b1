package spaces

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// output collects what a program writes.
type output = bytes.Buffer

// connectStreams gives the program its standard streams.
func (c *Cmd) connectStreams(s *spec) error {
	stdin, err := c.input()
	if err != nil {
		return err
	}
	stdout, err := c.sink(c.Stdout)
	if err != nil {
		return err
	}
	stderr := stdout
	if !sameWriter(c.Stdout, c.Stderr) {
		if stderr, err = c.sink(c.Stderr); err != nil {
			return err
		}
	}
	for stream, file := range []*os.File{stdin, stdout, stderr} {
		s.stream(stream, file)
	}
	return s.err
}

// refuseStreams is for a program whose streams are a terminal.
func (c *Cmd) refuseStreams() error {
	if c.Stdin != nil || c.Stdout != nil || c.Stderr != nil {
		return invalid("Terminal", "the standard streams are the terminal, see Process.Terminal; "+
			"Stdin, Stdout and Stderr must be nil")
	}
	return nil
}

// input is what the program reads from, nil for /dev/null.
func (c *Cmd) input() (*os.File, error) {
	if c.Stdin == nil {
		return nil, nil
	}
	if file, ok := c.Stdin.(*os.File); ok {
		return file, nil
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.childFiles = append(c.childFiles, theirs)
	c.parentPipes = append(c.parentPipes, ours)
	source := c.Stdin
	c.copiers = append(c.copiers, func() error {
		_, err := io.Copy(ours, source)
		if errors.Is(err, syscall.EPIPE) { // it need not read all of it
			err = nil
		}
		if closing := ours.Close(); err == nil {
			err = closing
		}
		return err
	})
	return theirs, nil
}

// sink is what the program writes to, nil for /dev/null.
func (c *Cmd) sink(writer io.Writer) (*os.File, error) {
	if writer == nil {
		return nil, nil
	}
	if file, ok := writer.(*os.File); ok {
		return file, nil
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.childFiles = append(c.childFiles, theirs)
	c.parentPipes = append(c.parentPipes, ours)
	c.copiers = append(c.copiers, func() error {
		_, err := io.Copy(writer, ours)
		_ = ours.Close() // a program that goes on writing learns of it
		return err
	})
	return theirs, nil
}

// sameWriter tells whether both are one; writers of types that cannot be compared are not.
func sameWriter(a, b io.Writer) (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	return a == b
}

// StdinPipe returns a pipe to the program's standard input. Wait closes it, but a program that reads until
// the end needs it closed before.
func (c *Cmd) StdinPipe() (io.WriteCloser, error) {
	if c.Stdin != nil {
		return nil, errors.New("spaces: Stdin already set")
	}
	if c.started {
		return nil, errors.New("spaces: StdinPipe after process started")
	}
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.Stdin = theirs
	c.childFiles = append(c.childFiles, theirs)
	pipe := &onceCloser{File: ours}
	c.parentPipes = append(c.parentPipes, pipe)
	return pipe, nil
}

// StdoutPipe returns a pipe from the program's standard output. Wait closes it when the program has ended, so
// everything must have been read before Wait is called.
func (c *Cmd) StdoutPipe() (io.ReadCloser, error) {
	return c.outputPipe("Stdout", &c.Stdout)
}

// StderrPipe returns a pipe from the program's standard error, as StdoutPipe does from its output.
func (c *Cmd) StderrPipe() (io.ReadCloser, error) {
	return c.outputPipe("Stderr", &c.Stderr)
}

func (c *Cmd) outputPipe(name string, stream *io.Writer) (io.ReadCloser, error) {
	if *stream != nil {
		return nil, fmt.Errorf("spaces: %s already set", name)
	}
	if c.started {
		return nil, fmt.Errorf("spaces: %sPipe after process started", name)
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	*stream = theirs
	c.childFiles = append(c.childFiles, theirs)
	c.parentPipes = append(c.parentPipes, ours)
	return ours, nil
}

// onceCloser is a file that both Wait and its user close, of which neither is wrong.
type onceCloser struct {
	*os.File
	once sync.Once
	err  error
}

// Close closes the file, the first time.
func (f *onceCloser) Close() error {
	f.once.Do(func() { f.err = f.File.Close() })
	return f.err
}

func closeFiles(files []*os.File) {
	for _, file := range files {
		_ = file.Close()
	}
}

func closeAll(closers []io.Closer) {
	for _, closer := range closers {
		_ = closer.Close()
	}
}

// isClosed tells whether a copier ended because Wait closed its pipe.
func isClosed(err error) bool {
	return errors.Is(err, fs.ErrClosed)
}

// ends keeps the beginning and the end of what is written to it.
type ends struct {
	head, tail []byte
	dropped    int64
}

const keptOfEnds = 32 << 10 // of each end

// Write never fails.
func (e *ends) Write(text []byte) (int, error) {
	written := len(text)
	if room := keptOfEnds - len(e.head); room > 0 {
		if room > len(text) {
			room = len(text)
		}
		e.head = append(e.head, text[:room]...)
		text = text[room:]
	}
	e.tail = append(e.tail, text...)
	if over := len(e.tail) - keptOfEnds; over > 0 {
		e.dropped += int64(over)
		e.tail = append(e.tail[:0], e.tail[over:]...)
	}
	return written, nil
}

func (e *ends) bytes() []byte {
	if e.dropped == 0 {
		return append(e.head, e.tail...)
	}
	return bytes.Join([][]byte{e.head, e.tail}, []byte(fmt.Sprintf("\n… %d bytes left out …\n", e.dropped)))
}
