# frozen_string_literal: true

require_relative "helper"
require "socket"

# The cases that every language must do alike (bindings/cases.json), here for Ruby.
class TestCases < SpacesTest
  FILE = ["#{__dir__}/../../cases.json", "#{__dir__}/../cases.json"].find { |path| File.exist?(path) }
  CASES = JSON.parse(File.read(FILE)).fetch("cases").freeze
  WORDS = %w[name needs argv function options script into stdin signal kill_all expect].freeze

  FUNCTIONS = {
    "exit" => ->(status) { exit(Integer(status)) },
    "print" => ->(*words) { puts words.join(" ") },
    "pids" => -> { puts "#{Process.pid} #{Process.ppid}" },
    "ids" => -> { puts "#{Process.uid} #{Process.gid}" },
    "hostname" => -> { puts Socket.gethostname },
    "copy" => -> { print $stdin.read },
    "raise" => ->(signal) { Process.kill(signal, Process.pid) && sleep },
    "wait" => -> { ["ready", nil].each { |word| word ? ($stdout.puts(word) || $stdout.flush) : sleep } },
    "program" => ->(*argv) { exit(Spaces.spawn(*argv).wait.exit_code) }
  }.freeze

  # Our keywords where the table has others.
  RENAMED = { cwd: :chdir, process_group: :pgroup, readonly_root: :readonly,
              clear_env: :unsetenv_others }.freeze
  # Those that are the same.
  SAME = %i[umask rlimits no_new_privs oom_score_adj new_session uid gid groups init uid_map gid_map
            hostname domainname root time_offsets default_mounts mount_proc propagation die_with_parent
            setgroups confine system_root memory cpus pids_limit limits resources device_rules own_cgroup
            cgroup_path cgroup_manager cgroup_fallback join_cgroup cap_add cap_drop capabilities
            securebits apparmor_profile selinux_label mount_label landlock seccomp seccomp_report
            seccomp_cache new_keyring nice scheduler io_priority cpu_affinity personality sysctl
            files directories symlinks devices default_devices masked_paths
            readonly_paths].freeze

  def text(given)
    given.gsub(/\{([^{}]*)\}/) do
      kind, name = Regexp.last_match(1).split
      case kind
      when "ns" then File.readlink("/proc/self/ns/#{name}")
      when "container" then File.readlink("/proc/#{@running.pid}/ns/#{name}")
      when "uid" then Process.uid.to_s
      when "gid" then Process.gid.to_s
      when "tmp" then @empty
      when "root" then @root
      else flunk "unknown word {#{kind}}"
      end
    end
  end

  def deep_text(value)
    case value
    when String then text(value)
    when Array then value.map { |item| deep_text(item) }
    when Hash then value.to_h { |name, item| [text(name), deep_text(item)] }
    else value
    end
  end

  def keyword(name, value)
    case name
    when :new then value == "all" ? { all: true } : value.to_h { |kind| [kind.to_sym, true] }
    when :stderr then { err: { "stdout" => %i[child out], "null" => File::NULL }.fetch(value) }
    when :time_limit_ms, :time_limit_grace_ms then { name.name.delete_suffix("_ms").to_sym => value / 1000.0 }
    when :mounts then { mounts: value.map { |mount| mount.values_at("source", "target", "type", "options") } }
    when *RENAMED.keys then { RENAMED[name] => value }
    when *SAME then { name => value }
    else flunk "unknown option #{name}"
    end
  end

  def keywords(options)
    options.map { |name, value| keyword(name.to_sym, deep_text(value)) }.reduce({}, :merge)
  end

  def start(wanted)
    options = wanted.fetch("options", {}).dup
    target = join(wanted, options)
    env = deep_text(options.delete("env") || {})
    executable = options.delete("executable")
    isolation = { in: :pipe, out: :pipe, err: :pipe, **keywords(options) }
    if wanted.key?("function")
      name, *words = deep_text(wanted["function"])
      block = -> { FUNCTIONS.fetch(name).call(*words) }
      return Spaces.inject(target, **isolation, &block) if target

      return Spaces::Container.start(**isolation, &block)
    end

    # One word alone would be a command line.
    program, *arguments = deep_text(wanted.fetch("argv"))
    command = [env, *(program && [[executable || program, program]]), *arguments]
    target ? Spaces.inject(target, *command, **isolation) : Spaces.spawn(*command, **isolation)
  end

  def join(wanted, options)
    return options.delete("join_pid") unless wanted.key?("into")

    @running = Spaces.spawn("echo; exec cat", in: :pipe, out: :pipe, **keywords(wanted["into"]))
    @running.stdout.gets
    (options.delete("join") || []).each { |kind| options["new"] = [*options["new"], kind] }
    @running
  end

  def finish(process)
    process&.kill_all&.wait
    [process&.stdin, process&.stdout, process&.stderr].each { |pipe| pipe&.close }
  end

  def check_error(error, expected)
    own = [ArgumentError, TypeError].any? { |kind| error.is_a?(kind) }
    return assert(own, error.inspect) if expected["code"] == "EINVALID"

    assert_kind_of Spaces::Error, error
    assert_equal expected["code"].delete_prefix("E").downcase, error.code.name.delete("_") if expected["code"]
    assert_equal Errno.const_get(expected["errno"])::Errno, error.errno if expected["errno"]
    assert_equal expected["step"], error.step if expected["step"]
    assert_equal expected["object"], error.object if expected["object"]
  end

  def check_result(result, expected)
    assert_equal expected["cause"].tr("-", "_").to_sym, result.cause
    signal = expected["signal"] && Signal.list[expected["signal"].delete_prefix("SIG")]
    assert_equal [expected["exit_code"], signal], [result.exit_code, result.signal]
    assert_equal expected["system_call"], result.system_call.to_s if expected["system_call"]
    assert_equal expected["oom_kills"], result.oom_kills if expected["oom_kills"]
  end

  def check_needs(need)
    case need
    when nil then nil
    when "root" then skip "needs root" unless ROOT
    when "landlock" then skip "needs Landlock" unless Spaces.features.works?("landlock")
    when "cgroup" then check_group
    else flunk "what is #{need}, which it needs?"
    end
  end

  def check_group
    Spaces.spawn("true", memory: "1G", pids_limit: 1000, cpus: 1).wait
  rescue Spaces::UnsupportedError => error
    skip "needs control groups: #{error.message}"
  end

  def check(wanted)
    expected = wanted.fetch("expect")
    if expected.key?("error")
      error = assert_raises(StandardError) { @process = start(wanted) }
      return check_error(error, expected["error"])
    end

    @process = start(wanted)
    errors = Thread.new { @process.stderr&.read }
    @process.stdin.write(wanted.fetch("stdin", ""))
    @process.stdin.close
    if wanted.key?("signal") || wanted.key?("kill_all")
      assert_equal "ready\n", @process.stdout.gets
      wanted["signal"] ? @process.kill(wanted["signal"]) : @process.kill_all
    end
    output = @process.stdout.read.force_encoding(Encoding::UTF_8) # also in the locale C
    assert_equal text(expected["stdout"]), output, errors.value if expected["stdout"]
    assert_equal text(expected["stderr"]), errors.value if expected["stderr"]
    errors.join
    check_result(@process.wait, expected.fetch("result", { "cause" => "exited", "exit_code" => 0 }))
  end

  CASES.each do |wanted|
    define_method("test_#{wanted.fetch('name').tr(' ', '_')}") do
      assert_empty wanted.keys - WORDS
      check_needs(wanted["needs"])
      if wanted["function"] == ["pids"] && RUBY_VERSION >= "3.3" && wanted.dig("options", "init") != false
        skip "since 3.3, Ruby's timer thread takes the number 2 before the block's process"
      end
      make_root do |root|
        %w[tmp dev home].each { |name| Dir.rmdir("#{root}/#{name}") }
        Dir.mkdir("#{root}/mnt")
        %w[cat pwd id touch true].each { |name| File.delete("#{root}/bin/#{name}") }
        Dir.mktmpdir do |empty|
          @root = root
          @empty = empty
          name, content = wanted["script"]
          File.write("#{empty}/#{name}", content, perm: 0o755) if name
          check(wanted)
        ensure
          finish(@process)
          finish(@running)
        end
      end
    end
  end
end
