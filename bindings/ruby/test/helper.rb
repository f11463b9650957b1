# frozen_string_literal: true

# What the tests share.

require "minitest/autorun"
require "open3"
require "pathname"
require "spaces"
require "tempfile"
require "tmpdir"
require "timeout"

# What the runtime starts once and keeps shall not look like a leak of the first test.
Timeout.timeout(60) { Thread.new { IO.pipe.each(&:close) }.join }

# Every test leaves this process as it was, and looks at that.
class SpacesTest < Minitest::Test
  KINDS = %i[user cgroup ipc uts net pid time mnt].freeze
  ROOT = Process.uid.zero?
  # What it takes to make other namespaces as whoever runs the tests.
  UNPRIVILEGED = (ROOT ? {} : { user: true }).freeze
  DEADLINE = 60

  Host = Struct.new(:descriptors, :children, :threads, :namespaces, :directory, :umask, :signals)

  def before_setup
    super
    GC.start # what earlier tests forgot
    @host = host
  end

  def after_teardown
    await { threads == @host.threads } # one that was joined may be listed for another moment
    now = host
    assert_empty now.descriptors.to_a - @host.descriptors.to_a, "descriptors are left" unless ended_early?
    %i[children threads namespaces directory umask signals].each do |name|
      assert_equal @host[name], now[name], "#{name} of this process have changed"
    end
    super
  end

  def ended_early?
    !failures.empty?
  end

  def host
    Host.new(descriptors, children, threads, namespaces("self"), Dir.pwd, File.umask,
             File.read("/proc/self/status")[/^SigCgt.*/])
  end

  def descriptors
    Dir.children("/proc/self/fd").to_h do |number|
      [number, File.readlink("/proc/self/fd/#{number}")]
    rescue Errno::ENOENT
      [nil, nil] # that of the directory itself
    end.compact
  end

  def children
    Dir.glob("/proc/self/task/*/children").map { |file| read(file) }.join
  end

  def read(file)
    File.read(file)
  rescue SystemCallError
    "" # the thread has gone
  end

  def threads
    Thread.list.size
  end

  # The namespaces of a process, as readlink(1) prints them.
  def namespaces(pid)
    KINDS.to_h { |kind| [kind, File.readlink("/proc/#{pid}/ns/#{kind}")] }
  end

  # In which of them `inside` differs from this process.
  def changed(inside)
    KINDS.reject { |kind| namespaces("self")[kind] == inside[kind] }
  end

  # Polls until the block is true.
  def await
    deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + DEADLINE
    until yield
      return false if Process.clock_gettime(Process::CLOCK_MONOTONIC) > deadline

      Thread.pass
    end
    true
  end

  # What a command prints, without the last newline. It has to succeed.
  def output(*command, **options)
    out, err, result = Spaces.capture(*command, **options)
    assert result.success?, "#{command}: #{result}\n#{err}"
    out.chomp
  end

  # A process that has printed a line, and is ended with the test.
  def started(script, before: "", **options)
    process = Spaces.spawn("sh", "-c", "#{before}\necho; #{script}", out: :pipe, **options)
    assert_equal "\n", process.stdout.gets
    yield process
  ensure
    if process
      process.kill_all.wait
      process.stdout.close
    end
  end

  # The block raises such an exception, with a message that fits.
  def refused(kind, message, &block)
    assert_match message, assert_raises(kind, &block).message
  end

  # The block runs into Timeout after `seconds`, and that takes effect within `limit`.
  def times_out(seconds, limit, &block)
    took = elapsed { assert_raises(Timeout::Error) { Timeout.timeout(seconds, &block) } }
    assert_operator took, :<, limit
  end

  def elapsed
    begin_at = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    yield
    Process.clock_gettime(Process::CLOCK_MONOTONIC) - begin_at
  end

  # Runs a Ruby program of its own.
  def script(text, *arguments, **options)
    paths = $LOAD_PATH.flat_map { |path| ["-I", path] }
    Open3.capture3(RbConfig.ruby, *paths, "-e", text, *arguments, **options)
  end

  # A small root directory with a static shell in it.
  def make_root
    busybox = %w[/bin/busybox /usr/bin/busybox].find { |path| File.exist?(path) }
    skip "needs a statically linked busybox (package busybox-static)" unless busybox
    Dir.mktmpdir do |root|
      File.chmod(0o755, root)
      %w[bin proc tmp dev home].each { |name| Dir.mkdir("#{root}/#{name}") }
      FileUtils.cp(busybox, "#{root}/bin/busybox")
      %w[sh cat ls pwd id touch true].each { |name| File.symlink("busybox", "#{root}/bin/#{name}") }
      yield root
    end
  end
end
