package spaces_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func TestFeatures(t *testing.T) {
	leavesNothing(t)
	host := must(spaces.Features())(t)
	equal(t, "version", host.Version, spaces.Version())
	equal(t, "user", host.UID, uint32(os.Getuid()))
	equal(t, "a user namespace", host.Works("namespace.user"), true)
	equal(t, "what nobody knows", host.Works("nonsense"), false)
	for _, check := range host.Checks {
		if check.Name == "" || !check.Works && check.Reason == "" {
			t.Errorf("%+v", check)
		}
	}
}

func TestExplain(t *testing.T) {
	leavesNothing(t)
	cmd := contained("no-such-program")
	cmd.Stdout = &bytes.Buffer{}
	cmd.Isolation.Hostname = "box"
	text := must(cmd.Explain())(t)
	for _, words := range []string{"sethostname", "/dev/null", "a pipe", `execute "no-such-program"`} {
		if !strings.Contains(text, words) {
			t.Errorf("no %s in\n%s", words, text)
		}
	}
	if !json.Valid([]byte(must(cmd.ExplainJSON())(t))) {
		t.Error("no JSON")
	}
	cmd.Stderr = cmd.Stdout
	if !strings.Contains(must(cmd.Explain())(t), "connect stderr to stdout") {
		t.Error("stderr is not stdout")
	}
	cmd.Isolation.Hostname = strings.Repeat("x", 100)
	if _, err := cmd.Explain(); err == nil {
		t.Error("no error")
	}
}
