package spaces_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"strings"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func ExampleCommand() {
	cmd := spaces.Command("sh", "-c", "echo process $$ of user $(id -u)")
	cmd.Isolation.New = spaces.AllNamespaces
	out, err := cmd.Output()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", out)
	// Output: process 2 of user 0
}

func ExampleCommandContext() {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	cmd := spaces.CommandContext(ctx, "sh", "-c", "sleep 60 & sleep 60")
	cmd.Isolation.New = spaces.AllNamespaces
	fmt.Println(cmd.Run(), ctx.Err())
	// Output: signal: killed context deadline exceeded
}

func ExampleCmd_Run() {
	cmd := spaces.Command("tr", "a-z", "A-Z")
	cmd.Isolation.New = spaces.AllNamespaces
	cmd.Stdin = strings.NewReader("some input\n")
	cmd.Stdout = os.Stdout
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
	// Output: SOME INPUT
}

func ExampleCmd_Explain() {
	cmd := spaces.Command("true")
	cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Hostname: "box"}
	plan, err := cmd.Explain()
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range strings.Split(plan, "\n") {
		if strings.Contains(line, "hostname") {
			fmt.Println(strings.Join(strings.Fields(line)[1:], " "))
		}
	}
	// Output: sethostname set the host name "box"
}

func ExampleIsolation() {
	cmd := spaces.Command("sh", "-c", "mountpoint /opt; mountpoint /home; ulimit -n; uname -n")
	cmd.Isolation = spaces.Isolation{
		New:      spaces.AllNamespaces,
		Hostname: "box",
		Mounts: []spaces.Mount{
			{Source: "/usr", Target: "/opt", Options: "ro"},
			{Target: "/home", Type: "tmpfs", Options: "size=64m"},
		},
		Rlimits:   map[string]spaces.Rlimit{"RLIMIT_NOFILE": {Soft: 64, Hard: 64}},
		Init:      spaces.Bool(true),
		TimeLimit: time.Minute,
	}
	out, err := cmd.Output()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", out)
	// Output:
	// /opt is a mountpoint
	// /home is a mountpoint
	// 64
	// box
}

// What the program may do, and what it has in its root directory.
func ExampleIsolation_confinement() {
	cmd := spaces.Command("sh", "-c", "grep -E '^(CapEff|Seccomp):' /proc/self/status; cat /mnt/greeting")
	cmd.Isolation = spaces.Isolation{
		New:           spaces.AllNamespaces,
		NoNewPrivs:    true,
		CapDrop:       []string{"all"},
		Seccomp:       "default",
		ReadonlyPaths: []string{"/proc/sys"},
		Directories:   []spaces.Directory{{Path: "/mnt"}},
		Files:         []spaces.File{{Path: "/mnt/greeting", Content: []byte("hello\n"), Mode: 0o444}},
	}
	out, err := cmd.Output()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s", out)
	// Output:
	// CapEff:	0000000000000000
	// Seccomp:	2
	// hello
}

// What the program may use. Without control groups this is an error that is spaces.ErrUnsupported.
func ExampleProcess_Stats() {
	cmd := spaces.Command("make", "-j8")
	cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Memory: "512M", CPUs: 2, PidsLimit: 100}
	if err := cmd.Start(); err != nil {
		log.Fatal(err)
	}
	stats, err := cmd.Process.Stats()
	fmt.Println(stats["memory.current"], stats["cpu.usage_usec"], err)
	if err := cmd.Process.SetLimit("memory.max", "1G"); err != nil {
		log.Print(err)
	}
	if err := cmd.Wait(); err != nil {
		fmt.Println(cmd.ProcessState.Cause() == spaces.CauseOutOfMemory)
	}
}

func ExampleInject() {
	box := spaces.Command("sh", "-c", "echo; exec cat")
	box.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Hostname: "box"}
	stdin, _ := box.StdinPipe()
	stdout, _ := box.StdoutPipe()
	if err := box.Start(); err != nil {
		log.Fatal(err)
	}
	_, _ = stdout.Read(make([]byte, 1)) // it runs

	out, err := spaces.Inject(box.Process.Pid, "uname", "-n").Output()
	fmt.Printf("%s%v\n", out, err)

	stdin.Close()
	fmt.Println(box.Wait())
	// Output:
	// box
	// <nil>
	// <nil>
}

func ExampleError() {
	cmd := spaces.Command("true")
	cmd.Isolation.New = spaces.AllNamespaces
	cmd.Isolation.Mounts = []spaces.Mount{{Source: "/no/such/directory", Target: "/mnt"}}
	err := cmd.Run()
	var failure *spaces.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Step, failure.Object, failure.Errno)
	}
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// mount /no/such/directory no such file or directory
	// true
}

func ExampleExitError() {
	cmd := spaces.Command("sleep", "60")
	cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, TimeLimit: 10 * time.Millisecond}
	var exit *spaces.ExitError
	if err := cmd.Run(); errors.As(err, &exit) {
		fmt.Println(exit, exit.Cause(), exit.ShellStatus())
	}
	// Output: signal: terminated (time limit) time-limit 143
}

func init() {
	spaces.Register("greet", func(args []string) int {
		fmt.Println("hello", args[0], "from process", os.Getpid())
		return 0
	})
}

// The main function of the program calls spaces.Init first; that of these examples is TestMain.
func ExampleFuncCommand() {
	cmd := spaces.FuncCommand("greet", "world")
	cmd.Isolation.New = spaces.AllNamespaces
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Print(out.String())
	// Output: hello world from process 2
}

func ExampleFeatures() {
	host, err := spaces.Features()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(host.Works("namespace.user"))
	// Output: true
}
