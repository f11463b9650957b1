package spaces_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func TestContentFromMemory(t *testing.T) {
	leavesNothing(t)
	cmd := shell(`cat /mnt/text /mnt/binary | od -An -c | tr -d ' \n'; echo
		stat -c %a /mnt /mnt/text /mnt/binary; echo >>/mnt/binary 2>/dev/null || echo read-only; cat /mnt/link`)
	cmd.Isolation.Directories = []spaces.Directory{{Path: "/mnt", Mode: 0o711}}
	cmd.Isolation.Files = []spaces.File{
		{Path: "/mnt/text", Content: []byte("ab")},
		{Path: "/mnt/binary", Content: []byte{0, 'c'}, Mode: 0o444},
	}
	cmd.Isolation.Symlinks = map[string]string{"/mnt/link": "text"}
	before := must(os.ReadDir("/mnt"))(t)
	equal(t, "output", output(t, cmd), `ab\0c`+"\n711\n644\n444\nread-only\nab")
	equal(t, "entries outside", len(must(os.ReadDir("/mnt"))(t)), len(before))
}

func TestMaskedAndReadonlyPaths(t *testing.T) {
	leavesNothing(t)
	where := t.TempDir()
	for _, name := range []string{"masked", "readonly"} {
		if err := os.WriteFile(filepath.Join(where, name), []byte("text"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	isolation := spaces.Isolation{New: spaces.AllNamespaces,
		Mounts:        []spaces.Mount{{Source: where, Target: "/mnt"}},
		MaskedPaths:   []string{"/mnt/masked", "/mnt/missing"},
		ReadonlyPaths: []string{"/mnt/readonly", "/proc/sys"}}
	cmd := spaces.Command("sh", "-c", "cat /mnt/masked; cat /mnt/readonly; echo >/mnt/readonly || echo no")
	cmd.Isolation = isolation
	equal(t, "output", output(t, cmd), "textno")
	equal(t, "outside", string(must(os.ReadFile(filepath.Join(where, "masked")))(t)), "text")

	pid := pausedWith(t, isolation)
	mounts := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", pid)))(t))
	for target, option := range map[string]string{"/mnt/readonly": "ro", "/proc/sys": "ro", "/mnt/masked": ""} {
		found := false
		for _, line := range strings.Split(mounts, "\n") {
			fields := strings.Fields(line)
			found = found || len(fields) > 5 && fields[4] == target && strings.HasPrefix(fields[5], option)
		}
		equal(t, target+" in mountinfo", found, true)
	}
}

func TestDevices(t *testing.T) {
	leavesNothing(t)
	root := makeRoot(t)
	inRoot := func(isolation spaces.Isolation, script string) string {
		cmd := spaces.Command("/bin/sh", "-c", script)
		isolation.New, isolation.Root = spaces.AllNamespaces, root
		isolation.Mounts = []spaces.Mount{{Target: "/dev", Type: "tmpfs"}}
		cmd.Isolation = isolation
		return output(t, cmd)
	}
	equal(t, "the caller's", inRoot(spaces.Isolation{Devices: []spaces.Device{
		{Source: "/dev/null"}, {Source: "/dev/zero", Path: "/dev/other"},
		{Path: "/dev/made", Type: "c", Major: 1, Minor: 5, User: spaces.Uint32(0)}}},
		"echo >/dev/null; echo /dev/*; [ -c /dev/other ] && [ -c /dev/made ] && echo yes"),
		"/dev/made /dev/null /dev/other\nyes")
	equal(t, "OCI's", inRoot(spaces.Isolation{DefaultDevices: true}, "echo /dev/*"),
		"/dev/fd /dev/full /dev/null /dev/ptmx /dev/random /dev/stderr /dev/stdin /dev/stdout /dev/tty /dev/urandom /dev/zero")
}

func TestOverlays(t *testing.T) {
	leavesNothing(t)
	lower := t.TempDir()
	if err := os.WriteFile(filepath.Join(lower, "file"), []byte("below"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := shell("cat /mnt/file; echo; echo above >/mnt/file; cat /mnt/file")
	cmd.Isolation.Mounts = []spaces.Mount{{Source: "overlay", Target: "/mnt", Type: "overlay",
		Options: "tmp-overlay,lowerdir=" + lower}}
	equal(t, "inside", output(t, cmd), "below\nabove")
	equal(t, "outside", string(must(os.ReadFile(filepath.Join(lower, "file")))(t)), "below")
}

func TestMountsInARunningProgram(t *testing.T) {
	leavesNothing(t)
	cmd := contained("")
	process := paused(t, cmd).Process
	table := func() string {
		return string(must(os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", process.Pid)))(t))
	}
	before := table()
	if err := process.Mount(spaces.Mount{Target: "/mnt", Type: "tmpfs", Options: "size=64k"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "mounted", strings.Contains(table(), " /mnt "), true)
	if err := process.Mount(spaces.Mount{Source: "/usr", Target: "/mnt/usr", Options: "ro,X-mount.mkdir"}); err != nil {
		t.Error(err)
	}
	equal(t, "bound", strings.Contains(table(), " /mnt/usr ro"), true)
	isError(t, "busy", process.Unmount("/mnt", false), spaces.ErrSetup)
	if err := process.Unmount("/mnt", true); err != nil {
		t.Error(err)
	}
	equal(t, "unmounted", table(), before)
	isError(t, "no such place", process.Mount(spaces.Mount{Source: "/usr", Target: "/no/such/place"}), spaces.ErrSetup)
	isError(t, "NUL", process.Mount(spaces.Mount{Target: "/\x00"}), spaces.ErrInvalid)
}
