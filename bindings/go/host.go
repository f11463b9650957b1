package spaces

import (
	"encoding/json"

	"github.com/Friz-zy/pyspaces/bindings/go/internal/raw"
)

// Host is what a kernel, host and user can do.
type Host struct {
	Version      string   `json:"version"` // of libspaces
	Kernel       string   `json:"kernel"`
	Machine      string   `json:"machine"`
	UID          uint32   `json:"uid"`
	GID          uint32   `json:"gid"`
	Capabilities []string `json:"capabilities"`
	Checks       []Check  `json:"checks"`
}

// A Check is one thing that works or does not.
type Check struct {
	Name   string `json:"name"` // "namespace.user", "id_map.newuidmap", "clone3" …
	Works  bool   `json:"works"`
	Value  string `json:"value"`
	Reason string `json:"reason"` // why it does not work
	Hint   string `json:"hint"`   // how that can be mended
}

// Works tells whether the check of that name works.
func (h *Host) Works(name string) bool {
	for _, check := range h.Checks {
		if check.Name == name {
			return check.Works
		}
	}
	return false
}

// Features finds out what works here, by trying it where that is needed: it takes some milliseconds.
func Features() (*Host, error) {
	text, failure := new(uintptr), new(uintptr)
	if status := raw.Host_features(text, failure); status != 0 {
		return nil, takeError(status, failure)
	}
	host := &Host{}
	if err := json.Unmarshal([]byte(takeText(text)), host); err != nil {
		return nil, err
	}
	return host, nil
}

// Version is that of the libspaces that is loaded, "1.0.0".
func Version() string { return raw.Version_string() }

// Explain lists what Start would do, a line a step, without doing it.
func (c *Cmd) Explain() (string, error) { return c.explain(raw.SPACES_EXPLAIN_TEXT) }

// ExplainJSON is Explain for programs to read.
func (c *Cmd) ExplainJSON() (string, error) { return c.explain(raw.SPACES_EXPLAIN_JSON) }

func (c *Cmd) explain(form int) (string, error) {
	s, known := c.spec()
	defer s.free()
	if s.err == nil && !known.Process.Terminal {
		c.explainStreams(s)
	}
	text := new(uintptr)
	if s.err == nil {
		s.try(s.raw.Explain(form, text, s.failure))
	}
	if s.err != nil {
		return "", s.err
	}
	return takeText(text), nil
}

// explainStreams is connectStreams without the pipes.
func (c *Cmd) explainStreams(s *spec) {
	kind := func(stream any) int {
		if stream == nil {
			return raw.SPACES_STDIO_NULL
		}
		return raw.SPACES_STDIO_PIPE
	}
	stderr := kind(c.Stderr)
	if c.Stdout != nil && sameWriter(c.Stdout, c.Stderr) {
		stderr = raw.SPACES_STDIO_STDOUT
	}
	s.try(s.raw.Set_stdio(raw.SPACES_STDIN, kind(c.Stdin), s.failure))
	s.try(s.raw.Set_stdio(raw.SPACES_STDOUT, kind(c.Stdout), s.failure))
	s.try(s.raw.Set_stdio(raw.SPACES_STDERR, stderr, s.failure))
}

// takeText copies a text of the library, and gives that back.
func takeText(address *uintptr) string {
	text := raw.Text_at(*address)
	raw.Free_text(*address)
	*address = 0
	return text
}
