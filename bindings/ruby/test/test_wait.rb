# frozen_string_literal: true

require_relative "helper"

# Waiting, signals and results.
class TestWait < SpacesTest
  def test_results_are_like_process_status
    result = Spaces.spawn("exit 3", all: true).wait
    assert_equal [:exited, 3, 3, nil, nil],
                 [result.cause, result.exit_code, result.exitstatus, result.signal, result.termsig]
    assert_equal [true, false, false, 3],
                 [result.exited?, result.signaled?, result.success?, result.shell_status]
    assert_equal "pid #{result.pid} exit 3", result.to_s
    assert_equal "#<Spaces::Result: pid #{result.pid} exit 3>", result.inspect
    assert_equal :exited, result.to_h[:cause]
    case result
    in { exit_code: 3, signal: nil } then pass
    end
    assert_predicate result, :frozen?
  end

  def test_the_end_by_a_signal
    result = Spaces.spawn("kill -SEGV $$", rlimit_core: 0, **UNPRIVILEGED).wait
    assert_equal [:signaled, 11, nil, nil, 139],
                 [result.cause, result.signal, result.exit_code, result.success?, result.shell_status]
    assert_equal "pid #{result.pid} SIGSEGV (signal 11)", result.to_s
  end

  def test_killing_is_told_apart
    started("exec sleep 600", all: true) do |process|
      assert_same process, process.kill
      result = process.wait
      assert_equal [:killed, 9], [result.cause, result.signal]
      assert_same result, process.wait
      assert_same result, process.result
      assert_same process, process.kill # it has ended already
      assert_nil process.pidfd
      assert_equal "#<Spaces::Process: #{result}>", process.inspect
    end
  end

  # In a process of their own: SWIG has not made its exception there yet, and this one keeps its user.
  def test_what_fails_is_told_before_any_handle_was_given_back
    skip "needs root" unless ROOT
    out, err, = Open3.capture3(RbConfig.ruby, "-rspaces", "-e", <<~RUBY)
      process = Spaces.spawn("exec sleep 600")
      Process::Sys.setresuid(1000, 1000, 0)
      begin
        process.kill(:TERM)
      rescue SystemCallError => error
        puts error.errno == Errno::EPERM::Errno
      end
      Process::Sys.seteuid(0)
      process.kill.wait
    RUBY
    assert_equal ["true\n", ""], [out, err]
  end

  def test_there_are_no_copies
    started("exec sleep 600") do |process|
      assert_raises(TypeError) { process.dup }
      assert_raises(TypeError) { process.clone }
    end
    assert_raises(TypeError) { Spaces::Container.new { nil }.dup }
  end

  def test_signals_by_every_name
    [:TERM, "TERM", "SIGTERM", 15].each do |signal|
      started("exec sleep 600", pid: true, **UNPRIVILEGED) do |process|
        assert_equal 15, process.kill(signal).wait.signal
      end
    end
    started("exec sleep 600") { |process| assert_equal 15, process.terminate.wait.signal }
    started("sleep 600 & wait", before: "trap 'exit 7' USR1", all: true) do |process|
      assert_equal 7, process.kill(:USR1).wait.exit_code
    end
    started("exec sleep 600") do |process|
      refused(ArgumentError, /:NOPE: there is no such signal/) { process.kill(:NOPE) }
      assert_raises(TypeError) { process.kill(1.5) }
    end
  end

  def test_kill_all_ends_the_whole_namespace
    started("sleep 600 & exec sleep 600", all: true) do |process|
      process.kill_all
      assert_equal "", process.stdout.read # ends when nobody has the pipe any more
      assert_equal :killed, process.wait.cause
    end
  end

  def test_a_timeout
    started("exec sleep 600") do |process|
      assert_nil process.wait(0)
      assert_nil process.wait(0.01)
      assert_predicate process, :alive?
      assert_raises(TypeError) { process.wait("1") }
      assert_raises(ArgumentError) { process.wait(Float::NAN) }
      process.kill
      refute_nil process.wait(Float::INFINITY)
    end
  end

  def test_timeout_and_kill_of_a_thread_take_effect_at_once
    started("exec sleep 600", all: true) do |process|
      times_out(0.05, 1) { process.wait }

      thread = Thread.new { process.wait }
      assert(await { thread.stop? })
      took = elapsed { thread.kill.join }
      assert_operator took, :<, 1
      assert_predicate process, :alive?
    end
  end

  def test_a_start_neither_loses_an_interrupt_nor_is_lost_by_one
    process = nil
    thread = Thread.new do
      Thread.handle_interrupt(RuntimeError => :never) do
        Thread.current[:ready] = true
        Thread.pass until Thread.pending_interrupt?
        process = Spaces.spawn("exit 3", all: true)
      end
    end
    thread.report_on_exception = false
    assert(await { thread[:ready] })
    thread.raise("for the thread")
    assert_raises(RuntimeError) { thread.join }
    assert_equal 3, process.wait.exit_code
  end

  def test_a_handler_of_a_signal_runs_meanwhile
    out, = script(<<~RUBY, UNPRIVILEGED.inspect)
      require "spaces"
      process = Spaces.spawn("sleep 600", pid: true, **eval(ARGV[0]))
      trap("USR1") { process.kill(:TERM) }
      parent = Process.pid
      Thread.new { Process.kill(:USR1, parent) }
      p process.wait.signal
      process = Spaces.spawn("sleep 600", pid: true, **eval(ARGV[0]))
      Thread.new { Process.kill(:INT, parent) }
      begin
        process.wait
      rescue Interrupt
        p process.kill.wait.signal
      end
    RUBY
    assert_equal "15\n9\n", out
  end

  def test_many_may_wait
    started("exec sleep 600", all: true) do |process|
      threads = Array.new(8) { Thread.new { process.wait } }
      process.terminate
      assert_equal [process.wait], threads.map(&:value).uniq
    end
  end

  def test_other_threads_run_meanwhile
    started("exec sleep 600") do |process|
      waiter = Thread.new { process.wait }
      assert(await { waiter.stop? })
      process.kill
      assert_equal 9, waiter.value.signal
    end
  end

  def test_select_knows_when_it_has_ended
    started("exec sleep 600") do |process|
      assert_nil IO.select([process], nil, nil, 0)
      process.kill
      assert_equal [process], IO.select([process], nil, nil, DEADLINE)[0]
      process.wait
      refute_predicate process.to_io, :closed?
      process.to_io.close
    end
  end

  def test_usage
    result = Spaces.spawn("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done", all: true).wait
    assert_operator result.user_time + result.system_time, :>, 0.001
    assert_includes 100_000..100_000_000, result.peak_memory
  end

  def test_the_fiber_scheduler_is_asked_to_wait
    started("exec sleep 600") do |process|
      waits = []
      scheduler = Object.new
      scheduler.define_singleton_method(:io_wait) do |io, events, _timeout|
        waits << io.fileno
        process.kill
        IO.select([io], nil, nil, DEADLINE)
        events
      end
      %i[block unblock kernel_sleep close].each { |name| scheduler.define_singleton_method(name) { |*| nil } }
      scheduler.define_singleton_method(:fiber) { |&block| Fiber.new(blocking: false, &block).tap(&:resume) }
      number = process.pidfd
      signal = nil
      Thread.new do
        Fiber.set_scheduler(scheduler)
        Fiber.schedule { signal = process.wait.signal }
      end.join
      assert_equal [[number], 9], [waits, signal]
    end
  end
end
