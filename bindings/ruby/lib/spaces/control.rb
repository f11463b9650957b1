# frozen_string_literal: true

module Spaces
  # What can be done to a running {Process} or {Container} besides signals.
  #
  # What is about its control group needs one of its own: by a limit, `own_cgroup: true` or `cgroup_path`.
  # Otherwise it raises a {StateError}, and a {NotFoundError} when the process has ended.
  module Control
    # The pauses between looks at what freezes: it takes no time but where a process waits for a device.
    SHORTEST_PAUSE = 0.0002
    LONGEST_PAUSE = 0.02
    NO_GROUP = "ask for one when it is started: own_cgroup: true"
    private_constant :SHORTEST_PAUSE, :LONGEST_PAUSE, :NO_GROUP

    # Stops everything in its control group, and returns when it stands still. What is frozen can be killed.
    # (Object#freeze is something else.)
    #
    # @param timeout [Numeric, nil] seconds at most; nil: for ever
    # @return [self]
    # @raise [TimeoutError] if the time was over first; it then freezes as soon as it can, unless {#thaw}
    #   takes it back
    def freeze_all(timeout = nil)
      timeout = Check.timeout(timeout)
      deadline = timeout && (clock + timeout)
      pause = SHORTEST_PAUSE
      until frozen_now?
        if deadline && clock >= deadline
          raise Error.from_library(Raw::SPACES_ETIMEOUT, 0, -1, "freeze", pid.to_s, "",
                                   "process #{pid} is not frozen after #{timeout} s", "thaw takes it back")
        end
        sleep(pause)
        pause = [2 * pause, LONGEST_PAUSE].min
      end
      self
    end

    # Lets go on what {#freeze_all} has stopped.
    # @return [self]
    def thaw
      control(&:thaw)
      self
    end

    # What it and all that it has started have used, by the same names in both versions of control groups. A
    # name is missing where the kernel does not tell, and for a limit that is none. When the process has
    # ended: what it was then.
    # @return [Hash{String => Integer}] "cpu.usage_usec", "memory.current", "memory.peak", "pids.current",
    #   "io.read_bytes" and more, see spaces_process_stats()
    def stats
      started!
      text = with_raw(&:stats)
      return JSON.parse(text) if text

      statistics = result.statistics
      raise Error.state("cgroup", "the process had no control group", NO_GROUP) if statistics.empty?

      statistics
    end

    # What happens in its control group from now on. Whoever uses it closes it.
    # @return [Events]
    def events
      control { |raw| Events.of(self, raw.events_fd, raw.pidfd) }
    end

    # @return [Array<String>] the directories of its control groups; empty where it has none
    def cgroups
      JSON.parse(control(&:cgroups))
    end

    # Changes a limit, by its name as in the option limits.
    #
    #   process.set_limit("memory.max", "1G")
    #
    # @param key [String] its name in version 2 of control groups
    # @param value [Integer, String] a number, or text as the kernel takes it
    # @return [self]
    def set_limit(key, value)
      key = Check.text("key", key)
      value = Resources.limit("value", value)
      control { |raw| raw.set_cgroup(key, value) }
      self
    end

    # Changes several limits at once. None is changed where it has no control group for one of them.
    # @param resources [Hash, String] as OCI's linux.resources, or that as JSON
    # @return [self]
    def set_resources(resources)
      json = Check.json("resources", resources)
      control { |raw| raw.set_resources(json) }
      self
    end

    # Mounts something in its mount namespace, which must be its own, as an entry of the option mounts does
    # before the start. Overlays cannot be mounted so.
    #
    #   process.mount("/srv", "/data", nil, "ro")
    #   process.mount(nil, "/tmp", "tmpfs", "size=64m")
    #
    # @param source [String, nil] what: for a bind mount a path of this process
    # @param destination [String] where: a path in the other's root directory, which must exist unless the
    #   options say "X-mount.mkdir"
    # @param type [String, nil] of the file system; nil: a bind mount
    # @param options [String, Array<String>, nil] as mount(8) spells them
    # @return [self]
    def mount(source, destination, type = nil, options = nil)
      words = Files.mount("mount", [source, destination, type, options])
      control { |raw| raw.mount(*words) }
      self
    end

    # Unmounts what is mounted there.
    # @param destination [String] a path in its root directory
    # @param lazily [Boolean] also while it is in use, by who goes on to see it
    # @return [self]
    def unmount(destination, lazily: false)
      destination = Check.path("destination", destination)
      lazily = Check.switch("lazily", lazily)
      control { |raw| raw.unmount(destination, lazily ? 1 : 0) }
      self
    end

    # The descriptor for the notifications of its seccomp filter (seccomp_unotify(2)): as long as it is open,
    # system calls with SCMP_ACT_NOTIFY wait for an answer, and without it they fail by ENOSYS. It can be
    # taken once.
    # @return [IO]
    # @raise [NotFoundError] if the filter has no such rule
    def seccomp_listener
      IO.for_fd(control { |raw| raw.take_fd(Raw::SPACES_SECCOMP) }, "r+")
    end

    private

    # What the block comes to with the library's handle of the process, which has not ended.
    def control
      started!
      answer = with_raw { |raw| [yield(raw)] }
      return answer.first if answer

      raise Error.from_library(Raw::SPACES_ENOTFOUND, Errno::ESRCH::Errno, -1, "process", pid.to_s, "",
                               "process #{pid} has ended", "")
    end

    def frozen_now?
      control { |raw| raw.freeze(0) }
      true
    rescue TimeoutError
      false
    end

    def clock
      ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
    end
  end
end
