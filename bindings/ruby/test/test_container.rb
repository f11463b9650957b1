# frozen_string_literal: true

require_relative "helper"

# Blocks in namespaces of their own.
class TestContainer < SpacesTest
  # The first process behind an init: since 3.3, Ruby's timer thread has had a number before it.
  PIDS = [2, 3].freeze

  # An exception class that both sides know.
  class Trouble < StandardError
    attr_reader :number

    def initialize(message = "trouble", number: 0)
      @number = number
      super(message)
    end
  end

  def run_in(*args, **options, &block)
    Spaces::Container.run(*args, **UNPRIVILEGED, **options, &block)
  end

  # Without its words on standard error, which are for people.
  def silently(**options, &block)
    Spaces::Container.start(report_on_exception: false, **UNPRIVILEGED, **options, &block)
  end

  def test_its_life
    reader, writer = IO.pipe
    container = Spaces::Container.new(all: true) { reader.read(1) }
    refute_predicate container, :alive?
    assert_equal [nil, nil, nil], [container.pid, container.pidfd, container.result]
    assert_equal "#<Spaces::Container: not started>", container.inspect
    assert_raises(Spaces::StateError) { container.wait }
    assert_raises(Spaces::StateError) { container.kill }
    assert_same container, container.start
    assert_predicate container, :alive?
    assert_nil container.result
    assert_raises(Spaces::StateError) { container.start }
    assert_raises(Spaces::StateError) { container.explain }
    assert_equal (KINDS - %i[pid]).sort, (changed(namespaces(container.pid)) - %i[pid]).sort
    refute_equal namespaces("self")[:pid], File.readlink("/proc/#{container.pid}/ns/pid_for_children")
    writer.write("x")
    assert_equal "x", container.value
    assert_equal [0, :exited], [container.result.exit_code, container.result.cause]
    refute_predicate container, :alive?
    assert_same container, container.join
  ensure
    [reader, writer].each(&:close)
  end

  def test_what_it_sees
    inside = run_in(all: true, hostname: "box") do
      { namespaces: namespaces("self"), uid: Process.uid, pid: Process.pid, dollar: $$,
        name: File.read("/proc/sys/kernel/hostname").chomp,
        processes: Dir.children("/proc").grep(/\A\d+\z/).sort,
        threads: Thread.list.size, main: Thread.current == Thread.main }
    end
    assert_equal KINDS.sort, changed(inside.delete(:namespaces)).sort
    pid = inside[:pid]
    assert_includes PIDS, pid
    assert_equal({ uid: 0, pid: pid, dollar: pid, name: "box", processes: ["1", pid.to_s], threads: 1,
                   main: true }, inside)
    assert_equal 1, run_in(pid: true, init: false) { Process.pid }
    assert_equal(Process.pid, run_in { Process.ppid })
  end

  def test_arguments_are_passed_on
    assert_equal [1, "a", { b: 2 }], run_in(1, "a", { b: 2 }) { |*args| args }
  end

  def test_values
    [nil, 1, "text", { a: [1, 2.5, :b] }, 1..3, "x" * 1_000_000].each do |value|
      assert_equal Marshal.dump(value), Marshal.dump(run_in { value })
    end
  end

  def test_a_large_value_arrives_whoever_waits_how
    %i[wait join result alive?].each do |way|
      container = Spaces::Container.start(**UNPRIVILEGED) { "x" * 1_000_000 }
      await { container.alive? ? nil : true } if way == :alive?
      await { container.result } if way == :result
      container.public_send(way)
      container.wait
      assert_equal 1_000_000, container.value.size
    end
  end

  def test_a_value_that_cannot_be_sent
    container = Spaces::Container.start(**UNPRIVILEGED) { proc {} }
    error = assert_raises(TypeError) { container.value }
    assert_match(/cannot be sent from the container: Proc: /, error.message)
    assert_predicate container.result, :success?
  end

  def test_exceptions_are_raised_again
    line = __LINE__ + 1
    container = silently { raise Trouble.new("here", number: 7) }
    error = assert_raises(Trouble) { container.value }
    assert_equal ["here", 7], [error.message, error.number]
    assert_match(/test_container\.rb:#{line}/, error.backtrace.first)
    assert_equal 1, container.result.exit_code
    assert_raises(Trouble) { container.join }
    assert_same container.wait, container.result
  end

  def test_exceptions_of_every_kind
    {
      -> { nil.no_such_method } => NoMethodError,
      -> { no_such_name } => NameError,
      -> { File.open("/there/is/none") } => Errno::ENOENT,
      -> { {}.fetch(:a) } => KeyError,
      -> { 1 / 0 } => ZeroDivisionError,
      -> { throw :nowhere } => UncaughtThrowError,
      -> { (deep = -> { deep.call }).call } => SystemStackError,
      -> { raise NotImplementedError, "later" } => NotImplementedError,
      -> { Spaces.spawn("there-is-no-such-program") } => Spaces::SetupError
    }.each do |block, kind|
      error = assert_raises(kind) { silently(&block).value }
      refute_nil error.backtrace
    end
  end

  def test_causes_come_along
    container = silently do
      raise "first"
    rescue RuntimeError
      raise Trouble, "second"
    end
    error = assert_raises(Trouble) { container.value }
    assert_equal ["first", RuntimeError], [error.cause.message, error.cause.class]
  end

  def test_exceptions_that_cannot_be_loaded
    container = silently do
      local = Class.new(StandardError) { def self.name = "Local" }
      raise local, "message"
    end
    error = assert_raises(Spaces::RemoteError) { container.value }
    assert_equal ["Local", "Local: message"], [error.class_name, error.message]
    assert_match(/test_container/, error.backtrace.first)

    container = silently do
      TestContainer.const_set(:OnlyThere, Class.new(StandardError))
      raise TestContainer::OnlyThere, "message"
    end
    assert_equal "TestContainer::OnlyThere", assert_raises(Spaces::RemoteError) { container.value }.class_name

    container = silently { raise(Trouble.new.tap { |made| made.instance_variable_set(:@io, $stdin) }) }
    assert_equal "TestContainer::Trouble", assert_raises(Spaces::RemoteError) { container.value }.class_name
  end

  def test_exceptions_are_reported_unless_it_is_told_otherwise
    text = lambda do |report|
      reader, writer = IO.pipe
      container = Spaces::Container.start(report_on_exception: report, err: writer, **UNPRIVILEGED) do
        raise "trouble"
      end
      writer.close
      assert_equal 1, container.wait.exit_code
      reader.read
    ensure
      reader.close
    end
    assert_match(/test_container\.rb:\d+:in .*trouble.*RuntimeError/, text.call(true))
    assert_equal "", text.call(false)
    assert_raises(TypeError) { Spaces::Container.new(report_on_exception: 1) { 1 } }
  end

  def test_exit
    assert_nil(run_in { exit })
    assert_nil(run_in { exit!(true) })
    { -> { exit 3 } => 3, -> { exit! 4 } => 4, -> { exit false } => 1 }.each do |block, code|
      error = assert_raises(Spaces::ExitError) { run_in(&block) }
      assert_equal code, error.result.exit_code
      assert_equal "the container ended with exit #{code}", error.message
    end
    reader, writer = IO.pipe
    error = assert_raises(Spaces::ExitError) { run_in(err: writer) { abort "words" } }
    assert_equal 1, error.result.exit_code
    writer.close
    assert_equal "words\n", reader.read
  ensure
    reader&.close
  end

  def test_the_end_by_a_signal
    error = assert_raises(Spaces::ExitError) { run_in { Process.kill(:KILL, Process.pid) } }
    assert_equal 9, error.result.signal
    container = Spaces::Container.start(err: File::NULL, **UNPRIVILEGED) { raise SignalException, "TERM" }
    assert_equal 15, container.wait.signal
    container = Spaces::Container.start(all: true) { sleep }
    result = container.terminate.wait
    assert_equal [:killed, 15], [result.cause, result.signal]
  end

  def test_exec
    reader, writer = IO.pipe
    assert_nil run_in(out: writer, pid: true) { exec "echo $$" }
    assert_includes PIDS, reader.gets.to_i
  ensure
    [reader, writer].each(&:close)
  end

  def test_handlers_of_at_exit_run_as_in_a_fork
    out, err, = script(<<~RUBY, UNPRIVILEGED.inspect)
      require "spaces"
      parent = $$
      at_exit { puts "outer \#{$$ == parent ? 'parent' : 'container'}" }
      container = Spaces::Container.start(**eval(ARGV[0])) do
        at_exit { puts "inner"; exit 5 }
        print "no newline, "
        7
      end
      p container.wait.exit_code
    RUBY
    assert_equal ["", "no newline, inner\nouter container\n5\nouter parent\n"], [err, out]
  end

  def test_hooks_of_fork_run
    out, err, = script(<<~RUBY, UNPRIVILEGED.inspect)
      require "spaces"
      module Hook
        def _fork
          pid = super
          $forks = $forks.to_i + 1 if pid.zero?
          pid
        end
      end
      Process.singleton_class.prepend(Hook)
      p Spaces::Container.run(**eval(ARGV[0])) { $forks >= 1 }
      p Spaces::Container.run(pid: true, **eval(ARGV[0])) { [$forks >= 1, Process.ppid] }
    RUBY
    assert_equal ["", "true\n[true, 1]\n"], [err, out]
  end

  def test_threads_locks_and_timeouts_work_inside
    value = run_in(all: true) do
      queue = Queue.new
      threads = Array.new(4) { |i| Thread.new { queue << i } }
      threads.each(&:join)
      timed_out = begin
        Timeout.timeout(0.01) { sleep }
      rescue Timeout::Error
        true
      end
      [Array.new(4) { queue.pop }.sort, timed_out, Thread.new { sleep 0.001 }.join.status]
    end
    assert_equal [[0, 1, 2, 3], true, false], value
  end

  def test_processes_inside
    assert_equal ["child\n", "popen\n", 3, "0\n"], (run_in(all: true) do
      reader, writer = IO.pipe
      pid = fork { writer.puts "child" }
      Process.wait(pid)
      popen = IO.popen("echo popen", &:read)
      status = Spaces.spawn("exit 3", all: true).wait.exit_code
      [reader.gets, popen, status, `id -u`]
    end)
    assert_equal "after\n", IO.popen("echo after", &:read)
  end

  def test_containers_in_containers
    depths = lambda do |depth|
      next [] if depth.zero?

      inner = Spaces::Container.run(all: true) do
        [File.readlink("/proc/self/ns/pid"), *depths.call(depth - 1)]
      end
      inner
    end
    seen = depths.call(3)
    assert_equal 3, seen.uniq.size
  end

  def test_an_exception_crosses_two_containers
    container = silently do
      Spaces::Container.run(report_on_exception: false, all: true) do
        raise Trouble.new("deep", number: 3)
      end
    end
    assert_equal 3, assert_raises(Trouble) { container.value }.number
  end

  def test_standard_streams
    reader, writer = IO.pipe
    Dir.mktmpdir do |directory|
      File.write("#{directory}/in", "one\ntwo\n")
      value = run_in(in: "#{directory}/in", out: "#{directory}/out", err: writer) do
        warn "warning"
        print "out: "
        system("cat")
        $stdin.closed?
      end
      assert_equal false, value
      assert_equal "out: one\ntwo\n", File.read("#{directory}/out")
    end
    writer.close
    assert_equal "warning\n", reader.read
  ensure
    [reader, writer].each(&:close)
  end

  def test_pipes_to_its_streams
    container = Spaces::Container.start(in: :pipe, out: :pipe, **UNPRIVILEGED) { puts $stdin.read.upcase }
    container.stdin.write("text")
    container.stdin.close
    assert_equal "TEXT\n", container.stdout.read
    assert_nil container.value
    container.stdout.close
  end

  def test_what_was_read_ahead_is_not_read_twice
    Tempfile.create do |other|
      other.write("other\n")
      other.close
      out, err, = script(<<~RUBY, UNPRIVILEGED.inspect, other.path, stdin_data: "1\n2\n3\n")
        require "spaces"
        $stdin.gets
        p Spaces::Container.run(in: ARGV[1], **eval(ARGV[0])) { $stdin.read }
        p $stdin.read
      RUBY
      assert_equal ["", "\"other\\n\"\n\"2\\n3\\n\"\n"], [err, out]
    end
  end

  def test_redirections_and_options_that_are_not_for_blocks
    refused(ArgumentError, /every descriptor/) { Spaces::Container.new(7 => File::NULL) { 1 } }
    refused(ArgumentError, /unknown keyword: :unsetenv_others/) do
      Spaces::Container.new(unsetenv_others: true) { 1 }
    end
    refused(ArgumentError, /Spaces\.spawn/) { Spaces::Container.new("ls") }
    refused(TypeError, /\Auid: "root"/) { Spaces::Container.new(uid: "root") { 1 } }
  end

  def test_working_directory_ids_and_root
    assert_equal "/usr", run_in(chdir: "/usr") { Dir.pwd }
    assert_equal 0o27, run_in(umask: 0o27) { File.umask }
    assert_equal [17, 23], run_in(rlimit_nofile: [17, 23]) { Process.getrlimit(:NOFILE) }
    make_root do |root|
      assert_equal %w[bin dev home proc tmp], run_in(root: root, mount: true) { Dir.children("/").sort }
    end
    skip "needs root" unless ROOT
    ids = run_in(uid: 1000, gid: 1001, groups: [7]) { [Process.uid, Process.gid, Process.groups - [1001]] }
    assert_equal [1000, 1001, [7]], ids
  end

  def test_what_fails_is_raised_by_start_and_leaves_nothing
    container = Spaces::Container.new(root: "/there/is/none", all: true) { 1 }
    assert_raises(Errno::ENOENT) { container.start }
    refute_predicate container, :alive?
    error = assert_raises(Spaces::SetupError) { run_in(chdir: "/there/is/none") { 1 } }
    assert_equal "chdir", error.step
  end

  def test_explain
    text = Spaces::Container.new(all: true, hostname: "box") { 1 }.explain
    assert_match(/call the function/, text)
    assert_match(/sethostname/, text)
  end

  def test_a_time_limit
    container = Spaces::Container.start(time_limit: 0.05, **UNPRIVILEGED) { sleep }
    assert_equal :time_limit, container.wait.cause
  end

  def test_timeout_and_kill_of_a_thread_take_effect_at_once
    container = Spaces::Container.start(all: true) { sleep }
    times_out(0.05, 1) { container.value }
    thread = Thread.new { container.value }
    assert(await { thread.stop? })
    assert_operator elapsed { thread.kill.join }, :<, 1
    assert_nil container.join(0.01)
    assert_predicate container, :alive?
    container.kill.wait
  end

  def test_run_ends_the_container_where_it_is_left
    times_out(0.1, 2) { Spaces::Container.run(all: true) { sleep } }
  end

  def test_from_a_thread_that_ends_first
    reader, writer = IO.pipe
    container = Thread.new do
      Spaces::Container.start(die_with_parent: true, all: true) do
        reader.read(1)
      end
    end.value
    assert_predicate container, :alive?
    writer.write("x")
    assert_equal "x", container.value
  ensure
    [reader, writer].each(&:close)
  end

  def test_many_may_wait
    container = Spaces::Container.start(all: true) { sleep }
    threads = Array.new(8) { Thread.new { container.wait } }
    container.kill
    assert_equal [container.wait], threads.map(&:value).uniq
  end

  def test_inject_a_block
    target = Spaces::Container.start(all: true, hostname: "target") { sleep }
    value = Spaces.inject(target) do
      [File.read("/proc/sys/kernel/hostname").chomp, Process.uid, Process.pid < 20]
    end.value
    assert_equal ["target", 0, true], value
    name = Spaces.inject(target, uts: true, user: true) { File.read("/proc/sys/kernel/hostname").chomp }
    assert_equal "target", name.value
  ensure
    target&.kill_all&.wait
  end
end
