// The program bench measures one start and wait from Go, beside what package os/exec does with the same
// namespaces: bench SAMPLES PROGRAM. It prints as tests/bench/spaces-bench does.
package main

import (
	"fmt"
	"log"
	"math/rand"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"syscall"
	"time"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

// Those that os/exec can make as well.
const namespaces = spaces.UserNamespace | spaces.MountNamespace | spaces.PIDNamespace | spaces.UTSNamespace |
	spaces.IPCNamespace | spaces.NetworkNamespace | spaces.CgroupNamespace

// A contender is one way to do it, whose time may be at most that many times the first one's; 0: any.
type contender struct {
	name   string
	run    func() error
	atMost float64
}

func osExec(program string, isolated bool) func() error {
	return func() error {
		cmd := exec.Command(program)
		if isolated {
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Cloneflags:  uintptr(namespaces),
				UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
				GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
			}
		}
		return cmd.Run()
	}
}

func command(program string, isolation spaces.Isolation) func() error {
	return func() error {
		cmd := spaces.Command(program)
		cmd.Isolation = isolation
		return cmd.Run()
	}
}

// measure gives sorted times in milliseconds, each contender once in every round, in an order of its own.
func measure(contenders []contender, samples int) [][]float64 {
	times := make([][]float64, len(contenders))
	warmUp := samples
	if warmUp > 20 {
		warmUp = 20
	}
	for sample := -warmUp; sample < samples; sample++ {
		for _, i := range rand.Perm(len(contenders)) {
			begin := time.Now()
			if err := contenders[i].run(); err != nil {
				log.Fatalf("%s: %v", contenders[i].name, err)
			}
			if sample >= 0 {
				times[i] = append(times[i], float64(time.Since(begin))/float64(time.Millisecond))
			}
		}
	}
	for _, own := range times {
		sort.Float64s(own)
	}
	return times
}

func contest(title string, samples int, contenders []contender) {
	fmt.Printf("\n%s\n  %-60s%10s%10s%10s%10s   target\n", title, "", "min ms", "median", "p90", "ratio")
	times := measure(contenders, samples)
	base := times[0][samples/2]
	for i, own := range times {
		median := own[samples/2]
		fmt.Printf("  %-60s%10.3f%10.3f%10.3f", contenders[i].name, own[0], median, own[samples*9/10])
		if i > 0 {
			fmt.Printf("%8.2f ×", median/base)
		}
		if atMost := contenders[i].atMost; atMost != 0 {
			verdict := "met"
			if median > atMost*base {
				verdict = "missed"
			}
			fmt.Printf("   %-8s≤ %.2f ×", verdict, atMost)
		}
		fmt.Println()
	}
}

func main() {
	log.SetFlags(0)
	samples, err := strconv.Atoi(os.Args[1])
	if err != nil || samples < 1 {
		log.Fatal("usage: bench SAMPLES PROGRAM")
	}
	program := os.Args[2]
	contest("Go: a static program in new namespaces of every kind but time", samples, []contender{
		{"os/exec, with Cloneflags and id maps", osExec(program, true), 0},
		{"Command(program).Run(), the program is PID 1", command(program, spaces.Isolation{
			New:       namespaces,
			MountProc: spaces.Bool(false), // os/exec mounts none
			Init:      spaces.Bool(false), // nor has it an init
		}), 1},
		{"Command(program).Run(), with an init and a /proc", command(program, spaces.Isolation{New: namespaces}), 0},
	})
	contest("Go: the same program without isolation", samples, []contender{
		{"os/exec", osExec(program, false), 0},
		{"Command(program).Run()", command(program, spaces.Isolation{}), 0},
	})
}
