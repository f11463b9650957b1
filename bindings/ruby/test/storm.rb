# frozen_string_literal: true

require_relative "helper"

# Many starts from a process whose threads are busy: nothing hangs, nothing is left. SPACES_STORM is the
# number of blocks and of commands.
class TestStorm < SpacesTest
  STARTS = Integer(ENV.fetch("SPACES_STORM", "2000"))
  STARTERS = 4
  EACH = 60 # seconds at most for one start and its end

  # Takes the locks that a child must not find taken, of the allocator, of files and of the environment; and
  # collects.
  NOISE = [
    ->(n) { Array.new(200) { |i| "#{n} #{i}" * 50 } },
    ->(_) { File.read("/proc/self/stat") },
    ->(n) { ENV["SPACES_NOISE"] = n.to_s },
    ->(n) { GC.start if (n % 50).zero? },
    ->(n) { Thread.new { n }.value },
    ->(_) { IO.pipe.each(&:close) }
  ].freeze

  def with_noise
    stop = false
    threads = NOISE.map do |work|
      Thread.new do
        n = 0
        until stop
          work.call(n += 1)
          Thread.pass # or each start waits for several time slices of 100 ms
        end
      end
    end
    yield
  ensure
    stop = true
    threads&.each(&:join)
    ENV.delete("SPACES_NOISE")
  end

  def storm(&start)
    with_noise do
      wrong = Array.new(STARTERS) do |starter|
        Thread.new do
          (STARTS / STARTERS).times.reject { |n| Timeout.timeout(EACH) { start.call(starter, n) } }
        end
      end.flat_map(&:value)
      assert_empty wrong
    end
  end

  def test_blocks
    storm do |starter, n|
      value = Spaces::Container.run(starter, n, pid: true, uts: true, **UNPRIVILEGED) do |*arguments|
        [arguments, Thread.new { Marshal.load(Marshal.dump(arguments)) }.value]
      end
      value == [[starter, n], [starter, n]]
    end
  end

  def test_commands
    storm { Spaces.spawn("/bin/true", pid: true, uts: true, **UNPRIVILEGED).wait.success? }
  end
end
