# frozen_string_literal: true

require_relative "helper"

# Processes in the namespaces of others.
class TestInject < SpacesTest
  def target(**options, &block)
    started("exec sleep 600", all: true, hostname: "target", **options, &block)
  end

  # The pid of the program itself, which its init is the parent of.
  def inner(process)
    Integer(File.read("/proc/#{process.pid}/task/#{process.pid}/children").split.first)
  end

  def names(process)
    text, err, result = read(process)
    assert result.success?, err
    KINDS.zip(text.lines(chomp: true)).to_h
  end

  LIST = "for i in user cgroup ipc uts net pid time mnt; do readlink /proc/self/ns/$i; done"

  def inject(process, script, **options)
    injected = Spaces.inject(process, "sh", "-c", script, out: :pipe, **options)
    text = injected.stdout.read
    assert_predicate injected.wait, :success?
    text
  ensure
    injected&.stdout&.close
  end

  def test_all_that_differ_are_joined
    target do |process|
      pid = inner(process)
      assert_equal namespaces(pid).values, inject(pid, LIST).lines(chomp: true)
      assert_equal "target\n", inject(process, "hostname")
    end
  end

  def test_some_are_joined
    target do |process|
      pid = inner(process)
      inside = KINDS.zip(inject(pid, LIST, uts: true, user: true).lines(chomp: true)).to_h
      assert_equal %i[user uts], changed(inside)
      inside = KINDS.zip(inject(pid, LIST, net: false).lines(chomp: true)).to_h
      assert_equal (KINDS - %i[net]).sort, changed(inside).sort
    end
  end

  def test_wrong_processes_are_refused
    refused(TypeError, /\Apid: "1": a pid or a process is needed/) { Spaces.inject("1", "true") }
    assert_raises(ArgumentError) { Spaces.inject(0, "true") }
    assert_raises(TypeError) { Spaces.inject(nil, "true") }
    ended = Spaces.spawn("true").tap(&:wait)
    error = assert_raises(Spaces::NotFoundError) { Spaces.inject(ended.pid, "true") }
    assert_match(/#{ended.pid}/, error.message)
    assert_raises(ArgumentError) { Spaces.inject(Process.pid) }
    assert_raises(ArgumentError) { Spaces.inject(Process.pid, "true") { 1 } }
  end
end
