# frozen_string_literal: true

module Spaces
  # How a process has ended, and what it took; like Process::Status, but for one process and for good.
  class Result
    # @return [Integer] the pid that the process had here
    attr_reader :pid

    # @return [Symbol] why it ended: :exited, :signaled, :killed (by a signal that this process sent),
    #   :time_limit, :seccomp, or :out_of_memory (SIGKILL, not from this process, while the OOM killer was at
    #   work in its control group)
    attr_reader :cause

    # @return [Integer, nil] the exit status (0-255), nil where a signal ended it
    attr_reader :exit_code

    # @return [Integer, nil] the number of the signal that ended it
    attr_reader :signal

    # @return [Float] seconds of CPU time in user mode, with the children that were waited for
    attr_reader :user_time

    # @return [Float] seconds of CPU time in the kernel, with the children that were waited for
    attr_reader :system_time

    # @return [Integer, nil] the largest resident set in bytes, nil where it is not known: without an init, a
    #   program inherits that of the process it was started from
    attr_reader :peak_memory

    # @return [Integer] how many processes of its control group the OOM killer has killed; they need not have
    #   been the program
    attr_reader :oom_kills

    # @return [String, nil] the first system call that its seccomp filter has refused by the end of a process,
    #   where `seccomp_report: true` asked for it
    attr_reader :system_call

    # @return [Hash{String => Integer}] what {Control#stats} has told at the end; empty without a control
    #   group
    attr_reader :statistics

    # @return [Array<String>] what was asked for and could not be had, where that was allowed
    attr_reader :degraded

    # A shell's view of it.
    # @return [Integer] the exit status, or 128 and the signal
    attr_reader :shell_status

    alias exitstatus exit_code
    alias termsig signal

    # @api private
    def initialize(raw, pid)
      @pid = pid
      @cause = raw.cause.tr("-", "_").to_sym
      @exit_code = raw.exit_code unless raw.exit_code.negative?
      @signal = raw.signal unless raw.signal.zero?
      @core_dumped = raw.core_dumped != 0
      @user_time = raw.user_time / 1e6
      @system_time = raw.system_time / 1e6
      @peak_memory = raw.peak_memory unless raw.peak_memory.zero?
      @shell_status = raw.shell_status
      @oom_kills = raw.oom_kills
      @system_call = raw.system_call unless raw.system_call.empty?
      rest = JSON.parse(raw.to_json)
      @statistics = rest.fetch("statistics", {}).freeze
      @degraded = rest.fetch("degraded", []).freeze
      freeze
    end
    private_class_method :new

    # @api private
    def self.from_library(raw, pid)
      new(raw, pid)
    end

    # @return [Boolean] whether it has exited by itself
    def exited?
      !@exit_code.nil?
    end

    # @return [Boolean] whether a signal has ended it
    def signaled?
      !@signal.nil?
    end

    # @return [Boolean, nil] whether it has exited with status 0; nil if it has not exited, as of
    #   Process::Status
    def success?
      exited? ? @exit_code.zero? : nil
    end

    # @return [Boolean] whether it dumped core
    def core_dumped?
      @core_dumped
    end
    alias coredump? core_dumped?

    # The end in words, without the pid.
    # @return [String] "exit 1", "SIGKILL (signal 9)", "SIGTERM (signal 15) (time limit)"
    def ending
      return "exit #{@exit_code}" if exited?

      name = Signal.signame(@signal)
      words = +"#{name ? "SIG#{name} " : ''}(signal #{@signal})"
      why = @system_call ? "#{@cause}: #{@system_call}" : @cause.to_s.tr("_", " ")
      words << " (#{why})" if %i[time_limit seccomp out_of_memory].include?(@cause)
      words << " (core dumped)" if core_dumped?
      words
    end

    # @return [String] as Process::Status#to_s: "pid 4711 exit 1"
    def to_s
      "pid #{@pid} #{ending}"
    end

    # @return [String] as Process::Status#inspect
    def inspect
      "#<#{self.class}: #{self}>"
    end

    # @return [Hash{Symbol => Object}] everything by its name
    def to_h
      {
        pid: @pid, cause: @cause, exit_code: @exit_code, signal: @signal, core_dumped: @core_dumped,
        user_time: @user_time, system_time: @system_time, peak_memory: @peak_memory, oom_kills: @oom_kills,
        system_call: @system_call, statistics: @statistics, degraded: @degraded
      }
    end

    # For pattern matching: `case result in {exit_code: 0}`.
    # @return [Hash{Symbol => Object}] what {#to_h} gives
    def deconstruct_keys(_names)
      to_h
    end

    # @return [Boolean] whether both tell of the same end
    def ==(other)
      other.is_a?(Result) && to_h == other.to_h
    end
    alias eql? ==

    # @return [Integer] the same for results that are equal
    def hash
      to_h.hash
    end
  end
end
