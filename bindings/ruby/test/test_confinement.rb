# frozen_string_literal: true

require_relative "helper"
require "etc"

# What takes privileges away, looked at from inside and outside.
class TestConfinement < SpacesTest
  CHOWN = 1 << 0
  NET_RAW = 1 << 13
  FILTERED = { all: true, no_new_privs: true, seccomp: "default" }.freeze

  def line(name, status)
    status[/^#{name}:\s*(.*)$/, 1]
  end

  # Lines of /proc/PID/status as the process sees them, and as this one does: PID 1 is the program itself.
  def both_views(names, **options)
    inside = output("cat", "/proc/self/status", **options)
    started("exec sleep 600", init: false, **options) do |process|
      outside = File.read("/proc/#{process.pid}/status")
      return [inside, outside].map { |status| names.map { |name| line(name, status) } }
    end
  end

  def assert_both(expected, **options)
    assert_equal [expected.values] * 2, both_views(expected.keys, **options), options.inspect
  end

  def mask(bits)
    format("%016x", bits)
  end

  def test_capabilities
    none = mask(0)
    two = mask(CHOWN | NET_RAW)
    assert_both({ "CapBnd" => none, "CapEff" => none, "CapAmb" => none }, all: true, cap_drop: "all")
    assert_both({ "CapBnd" => two, "CapEff" => two, "CapAmb" => two },
                all: true, cap_drop: ["ALL"], cap_add: [:net_raw, "CAP_CHOWN"])
    exactly = %i[bounding permitted effective].to_h { |set| [set, %w[CAP_NET_RAW]] }
    assert_both({ "CapBnd" => mask(NET_RAW), "CapPrm" => mask(NET_RAW), "CapInh" => none, "CapAmb" => none },
                all: true, capabilities: exactly)
    assert_both({ "CapBnd" => none, "CapEff" => none }, all: true, capabilities: {})
    assert_both({ "CapEff" => none }, all: true, securebits: "noroot") # root gets nothing by execve
  end

  def test_the_default_filter
    Dir.mktmpdir do |directory|
      cache = "#{directory}/cache"
      assert_both({ "Seccomp" => "2", "NoNewPrivs" => "1" }, **FILTERED, seccomp_cache: cache)
      refute_empty Dir.children(cache)
      _, err, result = Spaces.capture("unshare", "-m", "true", **FILTERED, seccomp_cache: cache)
      assert_match(/not permitted/, err)
      refute_predicate result, :success?
    end
  end

  def profile(action, name)
    { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: [name], action: action }] }
  end

  def test_a_profile
    options = { no_new_privs: true, rlimit_core: 0 }
    Dir.mktmpdir do |directory|
      path = "#{directory}/new"
      _, err, = Spaces.capture("mkdir", path, seccomp: profile("SCMP_ACT_ERRNO", "mkdir"), **options)
      assert_match(/not permitted/, err)
      killing = JSON.generate(profile("SCMP_ACT_KILL_PROCESS", "mkdir"))
      result = Spaces.spawn("mkdir", path, seccomp: killing, **options).wait
      assert_equal [:seccomp, Signal.list["SYS"], nil], [result.cause, result.signal, result.system_call]
      result = Spaces.spawn("mkdir", path, seccomp: killing, seccomp_report: true, **options).wait
      assert_equal [:seccomp, "mkdir", "mkdir"], [result.cause, result.system_call, result.to_h[:system_call]]
      assert_match(/ \(seccomp: mkdir\)\z/, result.to_s)
      refute_path_exists path
    end
  end

  def test_the_listener
    script = "mkdir /nowhere/at/all 2>&1 | grep -q 'not implemented' && echo told"
    filter = { all: true, no_new_privs: true, seccomp: profile("SCMP_ACT_NOTIFY", "mkdir") }
    process = Spaces.spawn("sh", "-c", "read line; #{script}", in: :pipe, out: :pipe, **filter)
    listener = process.seccomp_listener
    assert_raises(Spaces::StateError) { process.seccomp_listener }
    listener.close # nobody answers
    process.stdin.puts
    assert_equal "told\n", process.stdout.read
    process.wait
    assert_raises(Errno::ESRCH) { process.seccomp_listener }
  ensure
    [process&.stdin, process&.stdout].each { |pipe| pipe&.close }
  end

  def test_landlock_needs_neither_namespaces_nor_privileges
    skip "needs Landlock" unless Spaces.features.works?("landlock")
    Dir.mktmpdir do |directory|
      File.write("#{directory}/file", "text")
      system = %w[/usr /bin /lib /lib64 /etc].select { |path| File.exist?(path) }
      paths = { directory => "read", "/dev/null" => %w[read write],
                **system.to_h { |path| [path, "read,execute"] } }
      script = 'cat "$1/file"; echo >"$1/new" || echo no; ls /home || echo no'
      options = { landlock: { paths: paths }, no_new_privs: true }
      out, = Spaces.capture("sh", "-c", script, "sh", directory, **options)
      assert_equal "textno\nno\n", out
      assert_raises(Errno::EACCES) { Spaces.spawn("/bin/true", landlock: { paths: {} }, no_new_privs: true) }
      ports = { bind: [80], connect: [], scope: [], optional: true }
      assert_match(/landlock/, Spaces.explain("true", landlock: ports))
    end
  end

  def test_a_block_is_confined_too
    status, text = Spaces::Container.run(**FILTERED, cap_drop: "all", directories: ["/mnt"],
                                                     files: { "/mnt/a" => "text" }, cpu_affinity: [cpu]) do
      [File.read("/proc/self/status"), File.read("/mnt/a")]
    end
    assert_equal ["2", mask(0), cpu.to_s, "text"],
                 [*%w[Seccomp CapEff Cpus_allowed_list].map { |name| line(name, status) }, text]
  end

  def test_the_sandbox
    script = "cat /proc/self/status; uname -n; env | grep -v ^PWD= | sort; " \
             "echo >/usr/new 2>/dev/null || echo read-only; ls /home 2>/dev/null; ls -A /tmp"
    text = output("sh", "-c", script, confine: "sandbox", hostname: "changed")
    found = %w[CapBnd Seccomp NoNewPrivs].map { |name| line(name, text) }
    assert_equal [mask(0), "2", "1"], found
    assert_equal "changed\nHOME=/tmp\nLANG=C.UTF-8\n" \
                 "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nread-only",
                 text[/^changed.*/m]
    started("exec sleep 600", confine: "sandbox") do |process|
      assert_equal (KINDS - [:time]).sort, changed(namespaces(process.pid)).sort
    end
    status, home = Spaces::Container.run(confine: "sandbox") do
      [File.read("/proc/self/status"), File.exist?("/home")]
    end
    assert_equal [mask(0), "2", false], [line("CapEff", status), line("Seccomp", status), home]
  end

  def test_the_system_as_root
    names = output("ls", "/", all: true, system_root: true, readonly: true, default_mounts: true).split
    assert_equal %w[etc tmp usr], names & %w[etc home root tmp usr]
    _, err, = Spaces.capture("touch", "/new", all: true, system_root: true, readonly: true)
    assert_match(/Read-only/, err)
  end

  def test_what_is_injected_is_confined_too
    started("exec sleep 600", all: true) do |process|
      options = { cap_drop: "all", no_new_privs: true, seccomp: "default" }
      injected = Spaces.inject(process, "cat", "/proc/self/status", out: :pipe, **options)
      text = injected.stdout.read
      injected.wait
      injected.stdout.close
      assert_equal ["2", mask(0)], [line("Seccomp", text), line("CapEff", text)]
      block = Spaces.inject(process, **options) { File.read("/proc/self/status") }
      assert_equal ["2", mask(0)], [line("Seccomp", block.value), line("CapEff", block.value)]
    end
  end

  def cpu
    Integer(line("Cpus_allowed_list", File.read("/proc/self/status"))[/\A\d+/])
  end

  def test_scheduling
    assert_equal "19", output("nice", nice: 19)
    policy = "chrt -p $$ | head -n1 | sed 's/.*: //'; nice"
    assert_equal "SCHED_BATCH\n19", output("sh", "-c", policy, scheduler: :batch, nice: 19)
    assert_match(/\ASCHED_IDLE\n/, output("sh", "-c", policy, scheduler: "SCHED_IDLE"))
    assert_equal "best-effort: prio 6", output("ionice", io_priority: "be:6")
    assert_equal "best-effort: prio 5", output("ionice", io_priority: ["be", 5])
    assert_equal "idle", output("ionice", io_priority: "idle")
    assert_equal "00000008", output("cat", "/proc/self/personality", personality: "linux32")
    assert_both({ "Cpus_allowed_list" => cpu.to_s }, all: true, cpu_affinity: cpu..cpu)
    started("exec sleep 600", nice: 19, cpu_affinity: cpu.to_s) do |process|
      assert_equal "19", File.read("/proc/#{process.pid}/stat").split(") ").last.split[16]
    end
  end

  KEYCTL = { "x86_64" => 250, "aarch64" => 219 }[Etc.uname[:machine]]

  # Every process that asks for it has another one.
  def test_a_session_keyring
    skip "needs the number of keyctl(2)" unless KEYCTL
    program = "print syscall(#{KEYCTL}, 0, -3, 0)" # KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING
    own, other, callers = [true, true, nil].map do |new|
      output(RbConfig.ruby, "-W0", "-e", program, new_keyring: new)
    end
    assert_operator own.to_i, :>, 0
    assert_equal 3, [own, other, callers].uniq.size
  end

  def test_kernel_parameters
    before = File.read("/proc/sys/kernel/shmmni")
    sysctl = { "kernel.shmmni" => 123, "net/ipv4/ip_unprivileged_port_start" => "81" }
    assert_equal "123\n81", output("cat", "/proc/sys/kernel/shmmni",
                                   "/proc/sys/net/ipv4/ip_unprivileged_port_start", all: true, sysctl: sysctl)
    assert_equal before, File.read("/proc/sys/kernel/shmmni")
  end

  def test_security_modules_that_are_missing
    { apparmor: { apparmor_profile: "spaces-no-such-profile" },
      selinux: { selinux_label: "system_u:system_r:spaces_no_such_t:s0" } }.each do |name, options|
      error = Spaces.features.works?(name) ? Spaces::Error : Spaces::UnsupportedError
      assert_raises(error) { Spaces.spawn("true", **options) }
    end
    error = Spaces.features.works?("selinux") ? Spaces::Error : Spaces::UnsupportedError
    assert_raises(error) { Spaces.spawn("true", user: true, mount: true, mount_label: "a:b:c:s0") }
  end
end
