package spaces

import (
	"os"
	"testing"
)

// The number of descriptors that epoll watches for a user is limited (epoll(7), max_user_watches).
func TestWaitWithoutAPlaceInThePoller(t *testing.T) {
	cmd := Command("sh", "-c", "exit 3")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open("/dev/null") // which no poller takes
	if err != nil {
		t.Fatal(err)
	}
	cmd.Process.pidfd.Close()
	cmd.Process.pidfd = file
	state, err := cmd.Process.Wait()
	if err != nil || state.ExitCode() != 3 {
		t.Errorf("%v, %v", state, err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("no error")
	}
}
