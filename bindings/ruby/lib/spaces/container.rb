# frozen_string_literal: true

module Spaces
  # A block that runs in a process with namespaces of its own.
  #
  #   container = Spaces::Container.new(pid: true, user: true, mount: true) { Process.uid }
  #   container.start
  #   container.value   # => 0
  #
  # It is made by Process.fork, and the rules of that hold: of the threads only the calling one is there, the
  # block has a copy of all objects and all descriptors, hooks of Process._fork run, and at the end handlers
  # of at_exit do. `exit`, `exit!` and `abort` end the container only. What the block returns, or raises,
  # comes back through a pipe by Marshal; so let a block run only what you trust as much as your own process.
  class Container < Process
    # Makes a container, which {#start} starts.
    #
    # @param args [Array] what the block is called with
    # @param options [Hash] how it is set apart, see docs/ruby.md; and in, out, err: its standard streams
    # @param report_on_exception [Boolean] whether the container prints the exception by which it ends, as
    #   threads do
    # @raise [ArgumentError, TypeError] names the option that is wrong
    def initialize(*args, report_on_exception: Thread.report_on_exception, **options, &block)
      unless block
        raise ArgumentError, "a container runs a block; Spaces.spawn(\"ls\", \"-l\") runs a command"
      end

      super(Launch.new(options))
      @block = block
      @args = args
      @report_on_exception = Check.switch("report_on_exception", report_on_exception)
    end
    public_class_method :new

    # Makes and starts a container, as Thread.start does a thread.
    # @return [Container] which runs
    # @see #initialize
    def self.start(*args, **options, &block)
      new(*args, **options, &block).start
    end

    # Runs a block in a container and returns what it returns.
    #
    #   Spaces::Container.run(all: true, hostname: "box") { Socket.gethostname }   # => "box"
    #
    # Where this is left by an exception such as that of Timeout, the container is killed.
    # @param report_on_exception [Boolean] whether the container prints its exception, which is raised here
    #   anyway
    # @return [Object] the value of the block
    # @raise [Exception] the exception of the block, or {ExitError}, see {#value}
    # @see #initialize
    def self.run(*args, report_on_exception: false, **options, &block)
      container = new(*args, report_on_exception: report_on_exception, **options, &block)
      begin
        container.start.value
      ensure
        container.kill_all.wait if container.alive?
      end
    end

    # Starts the container; returns when its block runs, or raises what has failed, and nothing is left of it
    # then.
    # @return [self]
    # @raise [StateError] if it has been started already
    # @raise [Error] what has failed
    def start
      raise Error.state("container", "the container has been started already") if @pid

      reader, writer = IO.pipe(binmode: true)
      self.class.superclass.send(:flush_streams)
      @launch.with_spec do |spec|
        Thread.handle_interrupt(Object => :never) do
          adopt(Raw.fork(spec, -> { run_in_container(reader, writer) }))
          @report = Report.new(reader)
          @block = @args = nil
        end
      end
      self
    ensure
      writer&.close
      reader.close if reader && !@report
    end

    # Waits for the end of the container, and returns what its block has returned.
    #
    # @return [Object, nil] the value; nil where the block has ended the process itself by `exit`, or has made
    #   another program of it by `exec`, with status 0
    # @raise [Exception] the exception that the block has raised, with its message, its backtrace there and
    #   its cause; {RemoteError} where it cannot be loaded here
    # @raise [ExitError] if the block did not come to its end: it was killed, or has exited with another
    #   status
    # @raise [TypeError] if the value cannot be written by Marshal
    # @raise [StateError] if it has not been started
    def value
      join
      return @report.value if @report.complete?
      raise ExitError, result unless result.success?

      nil
    end

    # Waits for the end of the container, as Thread#join does for that of a thread.
    #
    # @param timeout [Numeric, nil] seconds at most; nil: for ever
    # @return [self, nil] nil where the time was over first
    # @raise [Exception] the exception that the block has raised
    # @raise [StateError] if it has not been started
    def join(timeout = nil)
      wait(timeout) or return
      error = @report.exception if @report.complete?
      raise error, cause: error.cause if error

      self
    end

    # The steps that {#start} takes. Nothing is run.
    #
    # @param json [Boolean] as JSON, for programs
    # @return [String] a line a step
    # @raise [StateError] if it has been started already
    def explain(json: false)
      raise Error.state("container", "the container has been started already") unless @launch

      @launch.explain(json: json)
    end

    private

    def ended_within?(timeout)
      deadline = timeout && (now + timeout)
      while @report.fileno
        ended = readable_within?(deadline && [deadline - now, 0].max)
        @report.read(last: ended == true)
        return ended unless ended == :report
      end
      super(deadline && [deadline - now, 0].max)
    end

    # true: the process has ended; :report: there is something to read; false: neither in that time.
    def readable_within?(timeout)
      number = pidfd or return true
      process = IO.for_fd(number, autoclose: false)
      either = IO.for_fd(Raw.either(number, @report.fileno))
      return false unless either.wait_readable(timeout)

      process.wait_readable(0) ? true : :report
    ensure
      either&.close
    end

    def now
      ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
    end

    # In the new process. What it leaves is left as by the block of Process.fork.
    def run_in_container(reader, writer)
      reader.close
      renew_streams
      Thread.handle_interrupt(Object => :immediate) do
        Report.send_value(writer, @block.call(*@args))
      end
    rescue SystemExit
      raise
    rescue Exception => error # rubocop:disable Lint/RescueException
      Report.send_exception(writer, error)
      raise if @report_on_exception || error.is_a?(SignalException)

      exit(1)
    end

    # Streams that were redirected are those of Ruby, without what was read ahead from the parent's.
    def renew_streams
      redirected = @launch.redirections
      if redirected.given?(0) || @launch.options[:terminal]
        forget_what_was_read_ahead
        $stdin = STDIN
      end
      $stdout = STDOUT if redirected.given?(1) || @launch.options[:terminal]
      $stderr = STDERR if redirected.given?(2) || @launch.options[:terminal]
    end

    # Where there is something in its buffer, which the first line sees to, the second gives just that.
    def forget_what_was_read_ahead
      STDIN.ungetbyte(0)
      STDIN.readpartial(1 << 20)
    rescue IOError
      nil # it is closed
    end
  end
end
