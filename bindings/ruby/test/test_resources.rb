# frozen_string_literal: true

require_relative "helper"

# What a process may use, and what is told of that: its control groups, looked at from outside.
class TestResources < SpacesTest
  def needs_cgroups
    Spaces.spawn("true", memory: "64M", pids_limit: 10, own_cgroup: true).wait
  rescue Spaces::UnsupportedError => error
    skip "needs control groups: #{error.message}"
  end

  # The first file of that name in the control groups, of version 2 or 1.
  def limit_of(process, *names)
    file = process.cgroups.product(names).map { |parts| parts.join("/") }.find { |path| File.exist?(path) }
    File.read(file).chomp
  end

  def memory_limit_of(process)
    limit_of(process, "memory.max", "memory.limit_in_bytes")
  end

  def test_limits
    needs_cgroups
    started("exec sleep 600", memory: 64 << 20, cpus: 0.5, pids_limit: 20,
                              limits: { "cpu.weight" => 50 }) do |process|
      assert_equal "67108864", memory_limit_of(process)
      assert_equal "20", limit_of(process, "pids.max")
      assert_equal "50000", limit_of(process, "cpu.max", "cpu.cfs_quota_us")[/\A\d+/]
      groups = File.read("/proc/#{process.pid}/cgroup")
      process.cgroups.each { |group| assert_match(%r{/#{File.basename(group)}$}, groups) }
      assert_equal [64 << 20, 1, 20], process.stats.values_at("memory.limit", "pids.current", "pids.limit")

      assert_same process, process.set_limit("pids.max", 30)
      assert_same process, process.set_resources({ memory: { limit: 48 << 20 } })
      assert_equal %w[30 50331648], [limit_of(process, "pids.max"), memory_limit_of(process)]
      refused(ArgumentError, /speed\.max/) { process.set_limit("speed.max", 1) }
      refused(TypeError, /\Avalue: 1\.5: /) { process.set_limit("pids.max", 1.5) }
      refused(TypeError, /\Aresources: 1: /) { process.set_resources(1) }
    end
  end

  def test_resources_of_oci_and_a_name
    needs_cgroups
    name = "spaces-ruby-#{Process.pid}"
    resources = { "pids" => { "limit" => 40 }, "memory" => { "limit" => 32 << 20 } }
    started("exec sleep 600", cgroup_path: name, cgroup_manager: "cgroupfs", memory: "48M",
                              resources: resources) do |process|
      assert_equal %w[40 50331648], [limit_of(process, "pids.max"), memory_limit_of(process)]
      assert_equal [name], process.cgroups.map { |group| File.basename(group) }.uniq
      started("exec sleep 600", join_cgroup: process) do |other|
        assert_equal(*[process, other].map { |one| File.read("/proc/#{one.pid}/cgroup") })
      end
    end
  end

  def test_too_many_processes
    needs_cgroups
    script = "for i in 1 2 3 4 5; do sleep 600 & done; wait"
    process = Spaces.spawn("sh", "-c", script, pids_limit: 3, err: File::NULL)
    result = process.wait
    refute_predicate result, :success?
    assert_operator result.statistics["pids.limit_hits"], :>, 0
    assert_equal [], result.degraded
    assert_equal result.statistics, process.stats
    assert_raises(Errno::ESRCH) { process.cgroups }
  end

  def test_out_of_memory
    needs_cgroups
    limits = { "memory.swap.max" => 0 }
    result = begin
      Spaces.spawn("tail", "/dev/zero", memory: "32M", limits: limits).wait
    rescue Spaces::UnsupportedError # version 1 without accounting of swap
      Spaces.spawn("tail", "/dev/zero", memory: "32M").wait
    end
    assert_equal [:out_of_memory, 9, 1], [result.cause, result.signal, result.oom_kills]
    assert_match(/ \(out of memory\)\z/, result.to_s)
  end

  def test_freezing
    needs_cgroups
    process = Spaces.spawn("cat", own_cgroup: true, in: :pipe, out: :pipe)
    assert_equal 0, process.stats["frozen"]
    assert_same process, process.freeze_all(DEADLINE)
    assert_equal 1, process.stats["frozen"]
    process.stdin.write("a")
    assert_nil process.stdout.wait_readable(0)
    assert_same process, process.thaw
    assert_equal "a", process.stdout.read(1)
    process.freeze_all
    assert_equal :killed, process.kill_all.wait.cause
    assert_raises(Spaces::NotFoundError) { process.freeze_all(0) }
  ensure
    [process&.stdin, process&.stdout].each { |pipe| pipe&.close }
  end

  def test_events
    needs_cgroups
    process = Spaces.spawn("cat", own_cgroup: true, in: :pipe, out: File::NULL)
    events = process.events
    assert_kind_of Hash, events.read
    assert_nil events.wait(0)
    # Version 1 does not tell of this.
    if process.cgroups.any? { |group| File.exist?("#{group}/cgroup.events") }
      process.freeze_all
      assert_equal [events], IO.select([events], nil, nil, DEADLINE)[0]
      assert_includes events.wait.keys, "frozen"
      process.thaw
    end
    process.stdin.close
    nil while events.wait
    process.wait
    assert_nil events.wait
    assert_raises(Spaces::NotFoundError) { events.read }
    assert_raises(Spaces::NotFoundError) { process.events }
  ensure
    events&.close
  end

  def test_device_rules
    skip "needs root: only the superuser may load a BPF program" unless ROOT
    needs_cgroups
    script = "echo >/dev/null && head -c 1 /dev/zero >/dev/null || echo no"
    assert_equal "no", output("sh", "-c", script, device_rules: ["deny a", [true, "c 1:3 rwm"]])
  end

  def test_a_block_has_limits_too
    needs_cgroups
    options = { pids_limit: 30, pid: true, **UNPRIVILEGED }
    container = Spaces::Container.start(**options) { File.read("/proc/self/cgroup") }
    names = container.cgroups.map { |group| File.basename(group) }
    groups = container.value
    names.each { |name| assert_includes groups, name }
    assert_equal 30, container.stats["pids.limit"]
  end

  def test_without_a_control_group
    started("exec sleep 600") do |process|
      assert_equal [], process.cgroups
      calls = [-> { process.stats }, -> { process.events }, -> { process.freeze_all(0) }, -> { process.thaw },
               -> { process.set_limit("pids.max", 1) }]
      calls.each { |call| assert_raises(Spaces::StateError, &call) }
      process.kill.wait
      assert_raises(Spaces::StateError) { process.stats }
    end
    assert_raises(Spaces::StateError) { Spaces::Container.new { nil }.stats }
  end

  def test_the_fallback_is_told
    begin
      Spaces.spawn("true", memory: "64M").wait
      skip "needs a user without control groups"
    rescue Spaces::UnsupportedError
      pass
    end
    out, _, result = Spaces.capture("sh", "-c", "ulimit -d", memory: "64M", cgroup_fallback: true)
    assert_equal ["65536\n", 1], [out, [result.degraded.size, 1].min]
  end
end
