# frozen_string_literal: true

require_relative "helper"

# Spaces.capture, beside Open3.
class TestCapture < SpacesTest
  SCRIPT = "cat; echo err >&2; exit 3"

  def test_as_capture3
    out, err, result = Spaces.capture(SCRIPT, stdin_data: "in", all: true)
    theirs = Open3.capture3(SCRIPT, stdin_data: "in")
    assert_equal [theirs[0], theirs[1], theirs[2].exitstatus], [out, err, result.exit_code]
  end

  def test_as_capture2e_and_capture2
    out, err, = Spaces.capture("echo out; echo err >&2", err: %i[child out])
    assert_equal ["out\nerr\n", nil], [out, err]
    out, err, = Spaces.capture("echo out; echo err >&2", err: File::NULL)
    assert_equal ["out\n", nil], [out, err]
  end

  def test_without_input_the_command_reads_the_end
    out, err, result = Spaces.capture("cat", all: true)
    assert_equal ["", "", 0], [out, err, result.exit_code]
  end

  def test_much_in_both_directions
    data = "x" * 1_000_000
    out, err, = Spaces.capture("tee /dev/stderr", stdin_data: data, **UNPRIVILEGED)
    assert_equal [data, data], [out, err]
  end

  def test_input_from_a_file
    File.open(__FILE__) do |file|
      assert_equal File.read(__FILE__), Spaces.capture("cat", stdin_data: file)[0]
    end
    assert_equal File.read(__FILE__), Spaces.capture("cat", in: __FILE__)[0]
    assert_raises(ArgumentError) { Spaces.capture("cat", in: __FILE__, stdin_data: "x") }
  end

  def test_what_does_not_read_its_input
    assert_equal 0, Spaces.capture("true", stdin_data: "x" * 1_000_000)[2].exit_code
  end

  def test_encodings
    assert_equal Encoding.default_external, Spaces.capture("echo")[0].encoding
    bytes = (0..255).to_a.pack("C*")
    out, = Spaces.capture("cat", stdin_data: bytes, binmode: true)
    assert_equal [bytes, Encoding::BINARY], [out, out.encoding]
  end

  def test_a_timeout_ends_the_command
    times_out(0.2, 2) { Spaces.capture("sleep 600 & sleep 600", all: true) }
    # That nothing is left of it, the end of each test looks at.
  end

  Shot = Class.new(StandardError)

  # Handlers run in the main thread, where nothing holds them up, also in the middle of a start.
  def test_an_exception_of_a_signal_handler_ends_the_command
    theirs = trap("USR1") { raise Shot }
    %i[system capture].each do |name|
      150.times do |i|
        assert_raises(Shot) do
          shoot_after(i * 0.00004) { Spaces.public_send(name, "exec sleep 600", uts: true, **UNPRIVILEGED) }
        end
        assert_empty children
      end
    end
  ensure
    trap("USR1", theirs)
  end

  # From a process of its own: a thread would need this one's lock to fire.
  def shoot_after(seconds)
    ready, go = IO.pipe
    shooter = fork do
      ready.read(1)
      sleep(seconds)
      Process.kill(:USR1, Process.ppid)
      exit!
    end
    go.write("!")
    yield
  ensure
    Process.wait(shooter)
    [ready, go].each(&:close)
  end

  def test_a_killed_thread_ends_the_command
    thread = Thread.new { Spaces.capture("sleep 600", all: true) }
    assert(await { thread.stop? && !children.empty? })
    assert_operator elapsed { thread.kill.join }, :<, 2
  end
end
