# frozen_string_literal: true

require "io/wait"

module Spaces
  # A program that {Spaces.spawn} or {Spaces.inject} has started: a child of this process.
  #
  # Any thread may use it, also several at a time: each of them that waits gets the same result. Waiting takes
  # place in Ruby, so that Timeout, Thread#kill and signals end it at once, and other threads, and fibers of a
  # scheduler, run meanwhile.
  #
  # A process that is forgotten is neither killed nor waited for.
  class Process
    include Control

    # @return [Integer, nil] the pid of the child: the program itself, or where there is one, its init (PID 1
    #   of the new pid namespace), or a process that stands by for it; nil before the start
    attr_reader :pid

    # @return [IO, nil] this end of the pipe that was asked for by `in: :pipe`
    attr_reader :stdin

    # @return [IO, nil] this end of the pipe that was asked for by `out: :pipe`
    attr_reader :stdout

    # @return [IO, nil] this end of the pipe that was asked for by `err: :pipe`
    attr_reader :stderr

    # @return [IO, nil] this side of the pseudoterminal that was asked for by `terminal: true`. When the
    #   program has ended, reading raises Errno::EIO.
    attr_reader :terminal

    # @api private
    def initialize(launch)
      @launch = launch
      @waiting = 0
    end
    private_class_method :new

    # @api private
    def self.start(launch)
      new(launch).tap { |process| process.send(:start_program) }
    end

    # @return [Integer, nil] a pidfd of the child, which is readable when it has ended. It is lent: do not
    #   close it. nil before the start, and when the result has been taken
    def pidfd
      with_raw(&:pidfd)
    end

    # For IO.select and event loops: it is readable when the process has ended.
    # @return [IO] with a descriptor of its own, which lives as long as this object
    # @raise [StateError] where the process has not been started, or its result has been taken
    def to_io
      @to_io ||= begin
        number = pidfd or raise Error.state("process", "there is no pidfd of a process that does not run")
        IO.for_fd(number, autoclose: false).dup
      end
    end

    # Waits until the process has ended.
    #
    # @param timeout [Numeric, nil] seconds at most; 0: only look; nil: for ever
    # @return [Result, nil] how it ended; nil where the time was over first
    # @raise [StateError] if it has not been started, or if the status is lost because something else, such as
    #   Process.wait, has reaped the child (before Linux 6.15)
    def wait(timeout = nil)
      timeout = Check.timeout(timeout)
      started!
      return @result if @result
      raise @lost if @lost

      @waiting += 1
      begin
        collect if ended_within?(timeout)
      ensure
        @waiting -= 1
        release if @result && @waiting.zero?
      end
      @result
    end

    # @return [Result, nil] how it ended, or nil as long as it has not, or has not been started
    # @raise [StateError] as {#wait}
    def result
      wait(0) if @pid
    end

    # @return [Boolean] whether it has been started and has not ended yet
    def alive?
      !@pid.nil? && @result.nil? && @lost.nil? && wait(0).nil?
    rescue StateError
      false
    end

    # Sends a signal to the program (not to its init). That it has ended already is no error. A signal for
    # which a program that is PID 1 itself has no handler would be dropped by the kernel: where any other
    # program would die of it, it gets SIGKILL.
    #
    # @param signal [Symbol, String, Integer] as of Process.kill: :TERM, "SIGTERM", 15
    # @return [self]
    # @raise [StateError] if it has not been started
    def kill(signal = :KILL)
      number = Check.signal(signal)
      started!
      with_raw { |raw| raw.kill(number) }
      self
    end

    # Asks the program to end, by SIGTERM.
    # @return [self]
    # @raise [StateError] if it has not been started
    def terminate
      kill(:TERM)
    end

    # Ends everything in the program's pid namespace and in its own control group by SIGKILL; without either,
    # only the program.
    # @return [self]
    # @raise [StateError] if it has not been started
    def kill_all
      started!
      with_raw(&:kill_all)
      self
    end

    # @return [String] the pid, and how it ended
    def inspect
      state = @result ? @result.to_s : "pid #{@pid}" if @pid
      "#<#{self.class}: #{state || 'not started'}>"
    end

    private

    # There is one handle of a process, which a copy would not know to have been given back.
    def initialize_copy(_original)
      raise TypeError, "a #{self.class} stands for a process and cannot be copied"
    end

    def start_program
      self.class.send(:flush_streams)
      @launch.with_spec do |spec|
        # Once the process runs, nobody shall take this thread away before its handle is kept.
        Thread.handle_interrupt(Object => :never) { adopt(Raw.spawn(spec)) }
      end
    end

    # As before every start in Ruby: what is in a buffer is not to come after what the new process writes.
    def self.flush_streams
      [$stdout, $stderr, STDOUT, STDERR].uniq.each do |stream|
        stream.flush if stream.respond_to?(:flush)
      rescue IOError, SystemCallError
        nil # whose business it is will hear of it
      end
    end
    private_class_method :flush_streams

    def adopt(raw)
      @raw = raw
      @pid = raw.pid
      @launch.redirections.pipes.each { |stream| take_pipe(stream) }
      @terminal = io(Raw::SPACES_TERMINAL, "r+") if @launch.options[:terminal]
      @launch = nil
    end

    def take_pipe(stream)
      case stream
      when Raw::SPACES_STDIN then @stdin = io(stream, "w")
      when Raw::SPACES_STDOUT then @stdout = io(stream, "r")
      when Raw::SPACES_STDERR then @stderr = io(stream, "r")
      end
    end

    def io(stream, mode)
      IO.for_fd(@raw.take_fd(stream), mode).tap { |io| io.sync = true }
    end

    def started!
      raise Error.state("process", "the process has not been started") unless @pid
    end

    # The handle is given back when the result was taken, which another thread may do at any time.
    def with_raw
      raw = @raw
      yield raw if raw
    rescue RuntimeError => error
      # By name: SWIG defines that class when it raises it first, so that there may be none to name here.
      raise unless error.class.name == "ObjectPreviouslyDeleted" # rubocop:disable Style/ClassEqualityComparison

      nil
    end

    # Whether the process ends in that time. It returns early only where another thread has taken the result.
    def ended_within?(timeout)
      number = pidfd
      number.nil? || !IO.for_fd(number, autoclose: false).wait_readable(timeout).nil?
    end

    def collect
      with_raw { |raw| @result ||= Result.from_library(raw.wait(0), @pid) }
    rescue StateError => error
      @lost = error
      raise
    end

    # Without this, descriptors would be held until the collector comes.
    def release
      raw = @raw
      @raw = nil
      Raw.delete_process(raw) if raw
    end
  end
end
