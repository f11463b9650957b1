# frozen_string_literal: true

require "json"
require_relative "spaces/version"
require "spaces/raw"
require_relative "spaces/error"
require_relative "spaces/result"
require_relative "spaces/check"
require_relative "spaces/namespaces"
require_relative "spaces/id_map"
require_relative "spaces/files"
require_relative "spaces/confinement"
require_relative "spaces/scheduling"
require_relative "spaces/resources"
require_relative "spaces/options"
require_relative "spaces/redirections"
require_relative "spaces/command"
require_relative "spaces/launch"
require_relative "spaces/events"
require_relative "spaces/control"
require_relative "spaces/process"
require_relative "spaces/report"
require_relative "spaces/container"
require_relative "spaces/commands"
require_relative "spaces/host"

# Linux containers as a library call.
#
#   Spaces.capture("ps", "ax", all: true)                   # a command, as of Open3.capture3
#   Spaces.spawn("make", all: true, chdir: "src").wait      # as of Process.spawn
#   Spaces::Container.run(all: true) { Process.uid }        # a block, as of Process.fork
#   Spaces.inject(pid, "ip", "addr", net: true)             # in the namespaces of another process
#
# Each option says one thing that sets the new process apart; docs/ruby.md explains them all.
module Spaces
  private_constant :Raw
end
