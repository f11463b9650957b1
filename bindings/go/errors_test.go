package spaces_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func TestAFailedStepNamesItself(t *testing.T) {
	leavesNothing(t)
	cmd := contained("true")
	cmd.Isolation.Mounts = []spaces.Mount{{Type: "tmpfs", Target: "/proc/cannot/be/made"}}
	err := cmd.Start()
	var failure *spaces.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no Error", err)
	}
	equal(t, "code", failure.Code, spaces.ErrSetup)
	equal(t, "step", failure.Step, "mount")
	equal(t, "object", failure.Object, "/proc/cannot/be/made")
	equal(t, "errno", failure.Errno, syscall.ENOENT)
	if failure.Index < 0 || failure.SystemCall == "" || !strings.HasPrefix(err.Error(), failure.Message) {
		t.Errorf("%#v", failure)
	}
	isError(t, "its code", err, spaces.ErrSetup)
	isError(t, "its errno", err, syscall.ENOENT)
	isError(t, "of package fs", err, fs.ErrNotExist)
	if errors.Is(err, spaces.ErrInvalid) || errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v is everything", err)
	}
}

func TestKindsOfFailures(t *testing.T) {
	leavesNothing(t)
	isError(t, "no such program", spaces.Command("no-such-program").Run(), fs.ErrNotExist)
	isError(t, "no program", spaces.Command("/etc/passwd").Run(), fs.ErrPermission)
	isError(t, "a directory", spaces.Command("/usr").Run(), syscall.EACCES)

	cmd := contained("true")
	cmd.Isolation.Join = []spaces.Join{{Namespaces: spaces.NetworkNamespace, Path: "/no/such/file"}}
	err := cmd.Run()
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}

	cmd = contained("true")
	cmd.Isolation.UIDMap = "nonsense"
	err = cmd.Run()
	isError(t, "a bad map", err, spaces.ErrInvalid)
	isError(t, "nothing to unwrap", errors.Unwrap(err), nil)

	cmd = contained("true")
	cmd.Isolation.Config = []byte(`{"linux": {"intelRdt": {"closID": "x"}}}`)
	isError(t, "not acted on", cmd.Run(), spaces.ErrUnsupported)

	cmd = contained("true")
	cmd.Isolation.Config = []byte(`{`)
	isError(t, "no JSON", cmd.Run(), spaces.ErrInvalid)
}

func TestANameThatThePathHasNotIsNotFoundAsInOsExec(t *testing.T) {
	isError(t, "name", contained("there-is-no-such-program").Run(), exec.ErrNotFound)
	err := contained("/there/is/no/such/program").Run()
	equal(t, "path", errors.Is(err, exec.ErrNotFound), false)
}

func TestAHintIsPartOfTheError(t *testing.T) {
	err := &spaces.Error{Message: "cannot do it", Hint: "do it otherwise"}
	equal(t, "error", err.Error(), "cannot do it (do it otherwise)")
	equal(t, "not found", errors.Is(&spaces.Error{Code: spaces.ErrNotFound}, fs.ErrNotExist), true)
	equal(t, "exists", errors.Is(&spaces.Error{Code: spaces.ErrExists}, fs.ErrExist), true)
	equal(t, "closed file", errors.Is(&spaces.Error{Code: spaces.ErrExists}, fs.ErrClosed), false)
}

func TestEveryCodeHasWords(t *testing.T) {
	for code := spaces.ErrNoMemory; code < 0; code++ {
		if strings.HasPrefix(code.Error(), "error ") {
			t.Errorf("%d has none", code)
		}
	}
	equal(t, "one to come", spaces.Code(-99).Error(), "error -99 of libspaces")
}

func TestAClosedFile(t *testing.T) {
	leavesNothing(t)
	file := must(os.Open("/dev/null"))(t)
	file.Close()
	cmd := contained("true")
	cmd.Stdin = file
	err := cmd.Run()
	isError(t, "closed file", err, os.ErrClosed)
	if !strings.Contains(err.Error(), "Stdin") {
		t.Errorf("%v does not name Stdin", err)
	}
}
