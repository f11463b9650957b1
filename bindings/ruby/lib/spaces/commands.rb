# frozen_string_literal: true

module Spaces # rubocop:disable Style/Documentation -- spaces.rb has it
  # What Kernel#system leaves in `$?` of a command that could not be started, as waitpid(2) would give it.
  NOT_STARTED = 127 << 8
  private_constant :NOT_STARTED

  class << self
    # Starts a command, without fork: safe in a process with threads, and quick in a large one.
    #
    #   Spaces.spawn("ls", "-l", pid: true, user: true, mount: true)
    #   Spaces.spawn({"LANG" => "C"}, "make >log 2>&1", all: true, unsetenv_others: true)
    #   Spaces.spawn("sort", all: true, in: "names", out: ["sorted", "w", 0600], err: [:child, :out])
    #
    # The arguments are those of Process.spawn: an environment, a command line or a program and its arguments,
    # redirections, and the options chdir, umask, pgroup, unsetenv_others, close_others and rlimit_*. A
    # command line with characters or words of the shell is run by /bin/sh. Differently from there, every
    # descriptor that is not redirected is closed unless `close_others: false` is given, and signals are at
    # their defaults. `in: :pipe` makes a pipe, see {Process#stdin}.
    #
    # @param command [Array] as of Process.spawn
    # @param options [Hash] redirections, and how it is set apart, see docs/ruby.md
    # @return [Process] which runs
    # @raise [ArgumentError, TypeError] names the option that is wrong
    # @raise [Error] what has failed; nothing is left of the process then
    def spawn(*command, **options, &block)
      Process.start(launch("spawn", command, options, block))
    end

    # Runs a command and waits for its end, as Kernel#system. It sets `$?`, to exit status 127 where the
    # command could not be started.
    #
    # @param command [Array] as for {spawn}
    # @param exception [Boolean] raise what goes wrong
    # @param options [Hash] as for {spawn}
    # @return [Boolean, nil] whether it has exited with status 0; nil if it could not be started
    # @raise [ExitError, Error] with `exception: true`: if it did not end so, or could not be started
    # @raise [ArgumentError, TypeError] names the option that is wrong
    def system(*command, exception: false, **options, &block)
      launch = launch("system", command, options, block)
      result = run_to_the_end(launch) { |process| process.wait } # rubocop:disable Style/SymbolProc
      Raw.set_last_status(wait_status(result), result.pid)
      raise ExitError.new(result, "the command #{command_name(command)}") if exception && !result.success?

      result.success? || false
    rescue CallError
      Raw.set_last_status(NOT_STARTED, -1)
      raise if exception

      nil
    end

    # Runs a command and returns what it prints, as Open3.capture3. Where this is left by an exception such as
    # that of Timeout, the command is killed.
    #
    #   out, err, result = Spaces.capture("sort", stdin_data: "b\na\n", all: true)
    #
    # @param command [Array] as for {spawn}
    # @param stdin_data [String, #readpartial] what the command reads
    # @param binmode [Boolean] whether the output is binary
    # @param options [Hash] as for {spawn}; out and err that are given are not captured, so that
    #   `err: [:child, :out]` is Open3.capture2e, and `err: :err` is Open3.capture2
    # @return [Array(String, String, Result)] standard output, standard error, and how it ended; nil for a
    #   stream that was not captured
    # @raise [ArgumentError, TypeError, Error] as {spawn}
    def capture(*command, stdin_data: "", binmode: false, **options, &block)
      Check.switch("binmode", binmode)
      twice = options.key?(:in) && stdin_data != ""
      raise ArgumentError, "stdin_data: in is given as well; choose one" if twice

      streams = options.keys.flatten
      piped = %i[in out err].reject { |stream| streams.include?(stream) }.to_h { |stream| [stream, :pipe] }
      run_to_the_end(launch("capture", command, { **piped, **options }, block)) do |process|
        converse(process, stdin_data, binmode)
      end
    end

    # Starts a command, or a block, in the namespaces of another process.
    #
    #   Spaces.inject(pid, "ip", "addr", net: true).wait
    #   Spaces.inject(container, mount: true, user: true) { File.read("/etc/hostname") }.value
    #
    # Without a choice all namespaces are joined in which that process differs from this one; `true` for one
    # means the other process', `false` leaves it out, a path or file is any. The other options are those of
    # {spawn}, or of {Container}.
    #
    # @param process [Integer, #pid] a pid, or a process such as a {Container}
    # @param command [Array] as for {spawn}; or nothing, with a block
    # @return [Process, Container] which runs
    # @raise [ArgumentError, TypeError] names the option that is wrong
    # @raise [Error] what has failed
    def inject(process, *command, **options, &block)
      Check.pid("pid", process)
      if block
        raise ArgumentError, "inject runs a command or a block, not both" unless command.empty?

        return Injected.start(process, **options, &block)
      end
      Process.start(Launch.new(options, command: Command.new(command), target: process))
    end

    # The steps that {spawn} would take for the same arguments. Nothing is run, and no file is opened.
    #
    # @param command [Array] as for {spawn}
    # @param json [Boolean] as JSON, for programs
    # @param options [Hash] as for {spawn}
    # @return [String] a line a step
    # @raise [ArgumentError, TypeError, Error] as {spawn}
    def explain(*command, json: false, **options, &block)
      launch("explain", command, options, block).explain(json: json)
    end

    private

    def launch(name, command, options, block)
      raise ArgumentError, "Spaces.#{name} runs a command; Container.new { } runs a block" if block

      # As for Process.spawn, options may also come in a Hash of their own.
      options = { **command.last, **options } if command.size > 1 && command.last.is_a?(Hash)
      command = command[0...-1] if command.size > 1 && command.last.is_a?(Hash)
      Launch.new(options, command: Command.new(command))
    end

    # As waitpid(2) would have given it.
    def wait_status(result)
      if result.exited?
        result.exit_code << 8
      else
        result.signal | (result.core_dumped? ? 0x80 : 0)
      end
    end

    def command_name(command)
      command.find { |word| !word.is_a?(Hash) }.inspect
    end

    # Whoever takes the thread away, while it starts the process or while it waits, also ends the process. It
    # is started by another thread: handlers of signals run in the main one, where nothing holds their
    # exceptions up.
    def run_to_the_end(launch)
      process = failure = starter = nil
      word = Queue.new
      Thread.handle_interrupt(Object => :never) do
        starter = Thread.new { process, failure = start_when_told(word, launch) }
        word << true
        starter.join
        raise failure if failure

        Thread.handle_interrupt(Object => :immediate) { yield process }
      ensure
        word.close # what was not told by now starts nothing any more
        starter&.join
        process.kill_all.wait if process&.alive?
        [process&.stdin, process&.stdout, process&.stderr].each { |pipe| pipe&.close }
      end
    end

    def start_when_told(word, launch)
      word.pop && Process.start(launch)
    rescue Exception => error # rubocop:disable Lint/RescueException -- it is raised where it was asked for
      [nil, error]
    end

    def converse(process, stdin_data, binmode)
      readers = [process.stdout, process.stderr].map do |pipe|
        pipe&.binmode if binmode
        Thread.new { read_quietly(pipe) } if pipe
      end
      feed(process.stdin, stdin_data, binmode) if process.stdin
      texts = readers.map { |thread| thread&.value }
      [*texts, process.wait]
    ensure
      readers&.each { |thread| thread&.kill&.join }
    end

    # In a thread, which an exception may leave alone at any time, with its pipe closed.
    def read_quietly(pipe)
      Thread.current.report_on_exception = false
      pipe.read
    end

    def feed(pipe, data, binmode)
      pipe.binmode if binmode
      data.respond_to?(:readpartial) ? IO.copy_stream(data, pipe) : pipe.write(data)
      pipe.close
    rescue Errno::EPIPE
      nil # it need not read all of it
    end
  end

  # A container in the namespaces of another process.
  # @api private
  class Injected < Container
    def initialize(target, **options, &block)
      super(**options.slice(:report_on_exception), &block)
      options.delete(:report_on_exception)
      @launch = Launch.new(options, target: target)
    end
  end
  private_constant :Injected
end
