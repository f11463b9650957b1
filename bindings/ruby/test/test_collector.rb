# frozen_string_literal: true

require_relative "helper"

# Handles and the garbage collector, at its worst.
class TestCollector < SpacesTest
  def stress
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  def test_commands_under_stress
    stress do
      process = Spaces.spawn({ "A" => "1" }, "exit 3", mounts: [], rlimits: { CORE: 0 }, **UNPRIVILEGED)
      assert_equal 3, process.wait.exit_code
      assert_raises(Spaces::SetupError) { Spaces.spawn("there-is-no-such-program") }
    end
  end

  def test_blocks_under_stress
    stress { assert_equal({ a: "b" }, Spaces::Container.run(**UNPRIVILEGED) { { a: "b" } }) }
  end

  def test_compaction
    skip "this Ruby cannot compact" unless GC.respond_to?(:compact)
    reader, writer = IO.pipe
    containers = Array.new(3) do |i|
      Spaces::Container.start(i, **UNPRIVILEGED) do |number|
        reader.read(1) && number
      end
    end
    GC.compact
    writer.write("xxx")
    assert_equal [0, 1, 2], containers.map(&:value)
    GC.compact
    assert_equal [0, 1, 2], containers.map(&:value)
    assert_equal 1, (Spaces::Container.run(**UNPRIVILEGED) { GC.compact && 1 })
  rescue NotImplementedError
    skip "this machine cannot compact"
  ensure
    [reader, writer].each(&:close)
  end

  def test_what_is_forgotten_gives_its_descriptors_back
    pids = Array.new(20) { Spaces.spawn("true", out: :pipe, **UNPRIVILEGED).pid }
    pids.each { |pid| Process.wait(pid) }
    # That none is left, the end of each test looks at; the last one may still be on the stack.
    GC.start
  end

  def test_a_result_gives_the_descriptors_of_its_process_back
    GC.disable
    before = descriptors.size
    processes = Array.new(20) { Spaces.spawn("true", **UNPRIVILEGED) }
    processes.each(&:wait)
    assert_equal before, descriptors.size
  ensure
    GC.enable
  end
end
