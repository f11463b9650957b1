package spaces_test

import (
	"runtime"
	"sync"
	"testing"
)

// What a thread of the host is in must never change, whichever of them Go starts programs from.
func TestAThousandStartsAtOnce(t *testing.T) {
	leavesNothing(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	const starts = 1000
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	ready.Add(starts)
	done.Add(starts)
	for i := 0; i < starts; i++ {
		go func() {
			defer done.Done()
			ready.Done()
			<-begin
			if err := contained("true").Run(); err != nil {
				t.Error(err)
			}
		}()
	}
	ready.Wait()
	close(begin)
	done.Wait()
}
