require "spaces"

script = "echo process $$ of user $(id -u) on $(uname -n); exit 3"
box = Spaces.spawn("sh", "-c", script, all: true, hostname: "box")
puts "exit status #{box.wait.exit_code}"
