package main

import (
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/Friz-zy/pyspaces/bindings/go"
)

func main() {
	cmd := spaces.Command("sh", "-c", "echo process $$ of user $(id -u) on $(uname -n); exit 3")
	cmd.Isolation = spaces.Isolation{New: spaces.AllNamespaces, Hostname: "box"}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	var exit *spaces.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		log.Fatal(err)
	}
	fmt.Println("exit status", cmd.ProcessState.ExitCode())
}
