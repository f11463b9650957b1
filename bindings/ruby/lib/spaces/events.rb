# frozen_string_literal: true

module Spaces
  # What happens to a process in its control group, see {Control#events}: it meets a limit, the OOM killer
  # kills, it is frozen, the group is empty.
  class Events
    # @api private
    def initialize(process, descriptor, pidfd)
      @process = process
      @io = IO.for_fd(descriptor)
      # One of its own, as another thread may take the result at any time.
      @end = IO.for_fd(pidfd, autoclose: false).dup
    end
    private_class_method :new

    # @api private
    def self.of(process, descriptor, pidfd)
      new(process, descriptor, pidfd)
    end

    # For IO.select and event loops: it is readable when something has happened that {#read} counts.
    # @return [IO]
    def to_io
      @io
    end

    # How often it has happened since the start. What is readable is so again when something else has
    # happened. There is one count for all Events of a process.
    # @return [Hash{String => Integer}] "memory.oom_kills", "memory.limit_hits", "pids.limit_hits", as
    #   {Control#stats} has them
    # @raise [NotFoundError] if the process has ended; its {Result#statistics} have them then
    def read
      JSON.parse(@process.send(:control, &:read_events))
    end

    # Waits until something has happened. In version 1 of control groups the OOM killer is announced a moment
    # before it counts.
    # @param timeout [Numeric, nil] seconds at most; nil: for ever
    # @return [Hash{String => Integer}, nil] what {#read} gives; nil where the time was over or the process
    #   has ended first
    def wait(timeout = nil)
      timeout = Check.timeout(timeout)
      either = IO.for_fd(Raw.either(@end.fileno, @io.fileno))
      read if either.wait_readable(timeout) && @io.wait_readable(0)
    rescue NotFoundError
      nil # its result has been taken
    ensure
      either&.close
    end

    # Ends the watching.
    # @return [nil]
    def close
      @end.close
      @io.close
    end
  end
end
