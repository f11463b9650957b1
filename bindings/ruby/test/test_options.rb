# frozen_string_literal: true

require_relative "helper"

# What is wrong is refused at once, by its name, and nothing is started.
class TestOptions < SpacesTest
  WRONG = [
    [ArgumentError, { hostnam: "a" }, "unknown keyword: :hostnam (did you mean :hostname?)"],
    [TypeError, { uid: "root" }, 'uid: "root": a whole number is needed'],
    [TypeError, { uid: 1.0 }, "uid: 1.0: a whole number is needed"],
    [ArgumentError, { uid: -1 }, "uid: -1: a number from 0 to 4294967294 is needed"],
    [ArgumentError, { groups: [1, -1] }, "groups[1]: -1: a number from 0 to 4294967294 is needed"],
    [TypeError, { groups: 1 }, "groups: 1: an Array of group ids is needed"],
    [TypeError, { init: 1 }, "init: 1: true or false is needed"],
    [TypeError, { all: "yes" }, 'all: "yes": true or false is needed'],
    [ArgumentError, { umask: 0o1777 }, "umask: 1023: a number from 0 to 0777 is needed"],
    [ArgumentError, { hostname: "" }, 'hostname: "": this is empty, and nil is for what is not given'],
    [ArgumentError, { root: "" }, 'root: "": this is empty, and nil is for what is not given'],
    [ArgumentError, { root: "a\0b" }, 'root: "a\u0000b": no path holds a null byte'],
    [TypeError, { root: 1 }, "root: 1: a path is needed"],
    [ArgumentError, { readonly: true }, "readonly: this is about the root directory, and needs root"],
    [ArgumentError, { uid_map: [] }, "uid_map: []: the map is empty, and nil is for no map"],
    [ArgumentError, { uid_map: " " }, 'uid_map: " ": the map is empty, and nil is for no map'],
    [TypeError, { uid_map: 1.5 }, "uid_map: 1.5: true, an id, a String or an Array is needed"],
    [ArgumentError, { uid_map: [[1, 2]] }, "uid_map: [1, 2]: [inside, outside, count] is needed"],
    [ArgumentError, { time_limit: 0 },
     "time_limit: 0: a number of seconds above 0 is needed, and nil is for no limit"],
    [ArgumentError, { time_limit: Float::NAN }, /\Atime_limit: NaN: /],
    [ArgumentError, { time_limit: Float::INFINITY }, /\Atime_limit: Infinity: at most/],
    [ArgumentError, { time_limit_grace: 1 }, /\Atime_limit_grace: .* needs time_limit\z/],
    [ArgumentError, { time_offsets: { realtime: 1 } },
     "time_offsets key: :realtime: the clocks are :boottime and :monotonic"],
    [ArgumentError, { terminal_size: [1] }, "terminal_size: [1]: [rows, columns] is needed"],
    [ArgumentError, { oom_score_adj: 1001 }, "oom_score_adj: 1001: a number from -1000 to 1000 is needed"],
    [ArgumentError, { mounts: [["a"]] }, 'mounts[0]: ["a"]: [source, target, type, options] is needed'],
    [ArgumentError, { mounts: [{ target: "a" }] }, 'mounts[0]: "target": a mount has no such member'],
    [TypeError, { mounts: { a: 1 } }, "mounts: {:a=>1}: an Array of mounts is needed"],
    [ArgumentError, { rlimits: { NOFILE: [1, 2, 3] } },
     "rlimits[:NOFILE]: [1, 2, 3]: a number or [soft, hard] is needed"],
    [TypeError, { rlimit_core: "none" }, 'rlimit_core: "none": a whole number is needed'],
    [ArgumentError, { rlimit_foo: 1 }, /RLIMIT_FOO/],
    [TypeError, { net: :host }, "net: :host: true, false, a path, an open file or a process is needed"],
    [TypeError, { net: 1.5 }, "net: 1.5: true, false, a path, an open file or a process is needed"],
    [ArgumentError, { net: true, network: false }, /\Anetwork: net and network are the same/],
    [ArgumentError, { pgroup: -1 }, "pgroup: -1: a number from 0 to 2147483647 is needed"],
    [TypeError, { pgroup: "a" }, 'pgroup: "a": a whole number is needed'],
    [ArgumentError, { new_pgroup: true }, /\Anew_pgroup: .*pgroup/],
    [TypeError, { spec: 1 }, "spec: 1: a String is needed"],
    [TypeError, { chdir: 1 }, "chdir: 1: a path is needed"]
  ].freeze

  # Of confinement and resources.
  CONFINEMENT = [
    [ArgumentError, { confine: "box" }, /"box"/],
    [TypeError, { confine: true }, "confine: true: a String is needed"],
    [TypeError, { system_root: "/" }, 'system_root: "/": true or false is needed'],
    [ArgumentError, { system_root: true, root: "/" },
     "system_root: this takes the place of root; choose one"],
    [TypeError, { cap_add: 1 }, "cap_add: 1: an Array of words is needed"],
    [TypeError, { cap_drop: [1] }, "cap_drop[0]: 1: a String is needed"],
    [ArgumentError, { cap_add: "flying" }, /flying/],
    [TypeError, { capabilities: [] },
     /\Acapabilities: \[\]: a Hash with some of bounding, .*ambient is needed/],
    [ArgumentError, { capabilities: { limiting: [] } },
     /\Acapabilities: "limiting": this is none of bounding, /],
    [ArgumentError, { capabilities: { ambient: ["flying"] } }, /flying/],
    [ArgumentError, { securebits: "loose" }, /loose/],
    [TypeError, { new_keyring: 1 }, "new_keyring: 1: true or false is needed"],
    [TypeError, { apparmor_profile: 1 }, "apparmor_profile: 1: a String is needed"],
    [ArgumentError, { landlock: { roads: [] } }, /\Alandlock: "roads": this is none of paths, bind/],
    [TypeError, { landlock: { paths: ["/usr"] } },
     /\Alandlock\["paths"\]: .*: a Hash from paths to accesses/],
    [ArgumentError, { landlock: { paths: { "/usr" => "lick" } } }, /lick/],
    [ArgumentError, { landlock: { bind: [65_536] } },
     'landlock["bind"][0]: 65536: a number from 0 to 65535 is needed'],
    [ArgumentError, { seccomp: "lax" }, 'seccomp: "lax": "default" or a profile of OCI is needed'],
    [TypeError, { seccomp: true }, "seccomp: true: a String is needed"],
    [ArgumentError, { seccomp: { defaultAction: "SCMP_ACT_SING" } }, /SCMP_ACT_SING/],
    [ArgumentError, { seccomp_report: true }, /\Aseccomp_report: true: .*needs seccomp\z/],
    [ArgumentError, { seccomp_cache: "/tmp" }, /\Aseccomp_cache: .*needs seccomp\z/],
    [ArgumentError, { nice: 20 }, "nice: 20: a number from -20 to 19 is needed"],
    [ArgumentError, { scheduler: "fifo:high" }, 'scheduler: "fifo:high": it is like "fifo:50" or "batch"'],
    [ArgumentError, { scheduler: ["fifo", 1, 2] }, /\Ascheduler: /],
    [ArgumentError, { scheduler: "fifo:100" }, "scheduler: 100: a number from 0 to 99 is needed"],
    [ArgumentError, { scheduler: "slow" }, /SCHED_SLOW/],
    [ArgumentError, { io_priority: "be:8" }, "io_priority: 8: a number from 0 to 7 is needed"],
    [TypeError, { io_priority: 4 }, "io_priority: 4: a String is needed"],
    [TypeError, { cpu_affinity: 1 },
     'cpu_affinity: 1: a String like "0-3,7" or an Array of numbers is needed'],
    [TypeError, { cpu_affinity: 0.. }, /\Acpu_affinity: 0\.\.: /],
    [ArgumentError, { cpu_affinity: [] }, "cpu_affinity: []: a CPU is needed"],
    [TypeError, { cpu_affinity: ["0"] }, 'cpu_affinity[0]: "0": a whole number is needed'],
    [ArgumentError, { personality: "windows" }, /WINDOWS/],
    [TypeError, { sysctl: { "net.a" => true } }, 'sysctl["net.a"]: true: a String is needed'],
    [ArgumentError, { sysctl: { "kernel.panic" => 1 } }, /kernel\.panic/],
    [TypeError, { files: { "/a" => 1 } }, 'files["/a"]: 1: a String or [content, mode] is needed'],
    [ArgumentError, { files: { "/a" => ["b"] } },
     'files["/a"]: ["b"]: a String or [content, mode] is needed'],
    [ArgumentError, { files: { "/a" => ["b", 0o10000] } },
     'files["/a"]: 4096: a number from 0 to 07777 is needed'],
    [TypeError, { directories: 1 }, "directories: 1: an Array of paths is needed"],
    [TypeError, { symlinks: { "/a" => 1 } }, 'symlinks["/a"]: 1: a path is needed'],
    [TypeError, { devices: "/dev/null" }, 'devices: "/dev/null": an Array of devices is needed'],
    [ArgumentError, { devices: [["/dev/null"]] },
     'devices[0]: ["/dev/null"]: a path or [source, path] is needed'],
    [ArgumentError, { devices: [{ name: "x" }] }, /\Adevices\[0\]: "name": this is none of path, type/],
    [TypeError, { devices: [{ path: "/dev/x" }] }, "devices[0] type: nil: a String is needed"],
    [TypeError, { masked_paths: [1] }, "masked_paths[0]: 1: a path is needed"],
    [ArgumentError, { masked_paths: "relative", all: true }, /relative/],
    [TypeError, { memory: 1.5 }, 'memory: 1.5: a whole number, or a String like "512M", is needed'],
    [ArgumentError, { memory: -1 }, /\Amemory: -1: a number from 0/],
    [TypeError, { cpus: "2" }, 'cpus: "2": a number of processors is needed, like 0.5 or 2'],
    [ArgumentError, { cpus: 0.001 },
     "cpus: 0.001: a number of processors is needed, like 0.5 or 2, and at least 0.01"],
    [TypeError, { pids_limit: "many" }, 'pids_limit: "many": a whole number is needed'],
    [ArgumentError, { limits: { "speed.max" => 1 } }, /speed\.max/],
    [TypeError, { limits: { "pids.max" => nil } }, /\Alimits\["pids\.max"\]: nil: a whole number, or/],
    [ArgumentError, { memory: 1, limits: { "memory.max" => 1 } },
     'memory: "1": limits["memory.max"] is the same limit; choose one'],
    [TypeError, { resources: 1 }, "resources: 1: a String is needed"],
    [ArgumentError, { resources: "{" }, /\Aresources: "\{": this is no JSON/],
    [ArgumentError, { resources: { speed: 1 } }, /speed/],
    [ArgumentError, { device_rules: ["maybe a"] },
     'device_rules[0]: "maybe a": a rule is like "allow c 1:3 rwm" or "deny a"'],
    [ArgumentError, { device_rules: [[true]] }, "device_rules[0]: [true]: [allow, rule] is needed"],
    [TypeError, { device_rules: [[1, "a"]] }, "device_rules[0]: 1: true or false is needed"],
    [ArgumentError, { device_rules: ["allow c 1 r"] }, /c 1 r/],
    [TypeError, { own_cgroup: 1 }, "own_cgroup: 1: true or false is needed"],
    [ArgumentError, { cgroup_path: "../up" }, /\.\./],
    [ArgumentError, { cgroup_manager: "me", own_cgroup: true }, /"me"/],
    [ArgumentError, { cgroup_manager: "auto" }, /\Acgroup_manager: "auto": .*own_cgroup: true\z/],
    [ArgumentError, { cgroup_fallback: true }, /\Acgroup_fallback: true: .*own_cgroup: true\z/],
    [TypeError, { join_cgroup: "1" }, 'join_cgroup: "1": a pid or a process is needed'],
    [ArgumentError, { join_cgroup: 0 }, "join_cgroup: 0: this is no pid"]
  ].freeze

  def test_wrong_ones_are_refused_by_their_names
    (WRONG + CONFINEMENT).each do |kind, options, message|
      error = assert_raises(kind, options.inspect) { Spaces.spawn("true", **options) }
      message = message.gsub("{:a=>1}", { a: 1 }.inspect) if message.is_a?(String)
      assert message === error.message, "#{options}: #{error.message}" # rubocop:disable Style/CaseEquality
    end
  end

  def test_contradictions_are_the_librarys_to_find
    error = assert_raises(ArgumentError) { Spaces.spawn("true", hostname: "a") }
    assert_kind_of Spaces::InvalidError, error
    assert_kind_of Spaces::Error, error
    assert_equal :invalid, error.code
    assert_match(/uts/, error.message)
  end

  def test_nil_is_for_what_is_not_given
    names = %i[all user net uid gid groups umask hostname root mounts chdir rlimits time_limit spec init
               cap_add capabilities seccomp landlock files devices memory limits own_cgroup join_cgroup nice
               terminal unsetenv_others close_others pgroup in out err]
    assert_equal "1", output("echo", "1", **(names - %i[out err in]).to_h { |name| [name, nil] })
    assert_predicate Spaces.spawn("true", **names.to_h { |name| [name, nil] }).wait, :success?
  end

  def test_wrong_commands_are_refused
    {
      [] => /\Aa command is needed/,
      [""] => /\Acommand: "": /,
      [" "] => /\Acommand: " ": a program is needed/,
      [["sh"]] => /\[program, argv0\] is needed/,
      ["a\0b"] => /null byte/,
      ["echo", "a\0b"] => /\Acommand\[1\]: .*null byte/,
      [{ "A=B" => "1" }, "true"] => /\Aenv key: "A=B"/,
      [{ "" => "1" }, "true"] => /\Aenv key: ""/,
      [{ "A" => "\0" }, "true"] => /\Aenv\["A"\]: /
    }.each do |command, message|
      error = assert_raises(ArgumentError, command.inspect) { Spaces.spawn(*command) }
      assert_match message, error.message
    end
    { [1] => /command: 1/, ["echo", 1] => /\Acommand\[1\]: 1: a String/,
      [{ A: "1" }, "true"] => /\Aenv key: :A/,
      [{ "A" => 1 }, "true"] => /\Aenv\["A"\]: 1/ }.each do |command, message|
      error = assert_raises(TypeError, command.inspect) { Spaces.spawn(*command) }
      assert_match message, error.message
    end
    assert_match(/Container\.new/, assert_raises(ArgumentError) { Spaces.spawn("true") { 1 } }.message)
    assert_match(/Container\.new/, assert_raises(ArgumentError) { Spaces.capture("true") { 1 } }.message)
  end
end
