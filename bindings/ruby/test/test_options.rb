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

  def test_wrong_ones_are_refused_by_their_names
    WRONG.each do |kind, options, message|
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
