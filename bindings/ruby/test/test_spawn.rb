# frozen_string_literal: true

require_relative "helper"

# Commands, as Process.spawn takes them.
class TestSpawn < SpacesTest
  def test_a_program_and_its_arguments_are_passed_on_as_they_are
    assert_equal "a b|*|$HOME|", output("printf", "%s|", "a b", "*", "$HOME")
    assert_equal "", output("printf", "%s", "")
  end

  def test_a_command_line_is_split_into_words
    assert_equal "a b", output("  echo a \t b ")
    assert_equal "%", output("echo %")
  end

  def test_a_command_line_of_the_shell_is_run_by_it
    assert_equal "b\na", output("printf 'b\\na\\n' | cat; exit 0")
    assert_equal "5", output("echo $((2+3))")
    assert_equal 7, Spaces.spawn("exit 7").wait.exit_code # a built-in
    assert_equal "1", output("A=1 sh -c 'echo $A'") # an assignment
  end

  def test_paths_may_be_objects
    assert_equal "/", output(Pathname("/bin/sh"), "-c", "pwd", chdir: Pathname("/"))
    assert_equal 0, Spaces.spawn(Pathname("/bin/true")).wait.exit_code
  end

  def test_a_program_may_be_told_another_name
    assert_equal "other", output(%w[sh other], "-c", "echo $0")
    assert_equal "-sh", output(["/bin/sh", "-sh"], "-c", "echo $0", all: true)
  end

  def test_process_groups
    own = "[ $(cut -d' ' -f5 /proc/self/stat) = $$ ] && echo own || echo other"
    assert_equal "own", output("sh", "-c", own, pgroup: true)
    assert_equal "own", output("sh", "-c", own, pgroup: 0, all: true)
    assert_equal "other", output("sh", "-c", own)
    assert_equal "other", output("sh", "-c", own, pgroup: false)
    started("exec sleep 600", pgroup: true) do |process|
      assert_equal process.pid.to_s, output("sh", "-c", "cut -d' ' -f5 /proc/self/stat", pgroup: process.pid)
    end
  end

  def test_the_environment_is_inherited_set_and_removed
    ENV["SPACES_TEST"] = "1"
    assert_equal "1", output("printenv", "SPACES_TEST")
    assert_equal "2", output({ "SPACES_TEST" => "2" }, "printenv", "SPACES_TEST")
    assert_equal "none", output({ "SPACES_TEST" => nil }, "echo ${SPACES_TEST-none}")
    assert_equal "A=", output({ "A" => "" }, "/usr/bin/env", unsetenv_others: true)
    assert_equal "1", ENV.fetch("SPACES_TEST")
  ensure
    ENV.delete("SPACES_TEST")
  end

  def test_options_may_come_in_a_hash_of_their_own
    assert_equal "/", output("pwd", { chdir: "/" })
    assert_equal "/usr", output({ "A" => "1" }, "pwd", { chdir: "/" }, chdir: "/usr")
  end

  def test_working_directory_umask_and_limits
    Dir.mktmpdir do |directory|
      assert_equal File.realpath(directory), output("pwd", chdir: directory)
      Dir.mkdir("#{directory}/below")
      Dir.chdir(directory) { assert_equal "#{File.realpath(directory)}/below", output("pwd", chdir: "below") }
    end
    assert_equal "0027", output("sh", "-c", "umask", umask: 0o27)
    assert_equal "17 23", output("sh", "-c", "echo $(ulimit -Sn) $(ulimit -Hn)", rlimit_nofile: [17, 23])
    assert_equal "0", output("sh", "-c", "ulimit -c", rlimit_core: 0)
    assert_equal "17", output("sh", "-c", "ulimit -n", rlimits: { Process::RLIMIT_NOFILE => 17 })
    assert_equal "17 0",
                 output("sh", "-c", "echo $(ulimit -n) $(ulimit -c)", rlimits: { NOFILE: 17 }, rlimit_core: 0)
  end

  def test_it_is_a_child_of_this_process
    started("exec sleep 600") do |process|
      stat = File.read("/proc/#{process.pid}/stat")
      assert_equal Process.pid, stat.split(") ").last.split[1].to_i
      assert_predicate process, :alive?
      assert_nil process.result
      assert_match(/\A#<Spaces::Process: pid #{process.pid}>\z/, process.inspect)
    end
  end

  def test_it_can_be_waited_for_by_process_wait
    process = Spaces.spawn("exit 3")
    Process.wait(process.pid)
    assert_equal 3, $?.exitstatus
    begin
      assert_equal 3, process.wait.exit_code # what Linux 6.15 still knows
    rescue Spaces::StateError => error
      assert_match(/reaped/, error.message)
    end
    refute_predicate process, :alive?
  end

  def test_signals_are_at_their_defaults
    previous = trap("USR1", "IGNORE")
    ignored = output("grep", "SigIgn", "/proc/self/status")
    assert_equal 0, ignored.split.last.to_i(16)
  ensure
    trap("USR1", previous || "DEFAULT")
  end

  def test_what_ruby_has_buffered_comes_first
    out, = script('require "spaces"; print "first "; Spaces.spawn("printf second").wait; print " third"')
    assert_equal "first second third", out
  end

  def test_system
    assert_equal true, Spaces.system("true")
    assert_predicate $?, :success?
    assert_equal false, Spaces.system("exit 3", all: true)
    assert_equal 3, $?.exitstatus
    assert_equal false, Spaces.system("kill -TERM $$", all: true)
    assert_equal 15, $?.termsig
    assert_nil Spaces.system("there-is-no-such-program")
    assert_equal 127, $?.exitstatus
    assert_raises(Errno::ENOENT) { Spaces.system("there-is-no-such-program", exception: true) }
    error = assert_raises(Spaces::ExitError) { Spaces.system("sh", "-c", "exit 3", exception: true) }
    assert_equal 'the command "sh" ended with exit 3', error.message
    assert_equal 3, error.result.exit_code
  end

  def test_a_terminal
    command = "tty; stty size; read line; echo got $line"
    process = Spaces.spawn(command, terminal: true, terminal_size: [24, 80], **UNPRIVILEGED)
    process.terminal.puts "word"
    text = +""
    begin
      loop { text << process.terminal.readpartial(1000) }
    rescue Errno::EIO
      nil # the other side is closed
    end
    assert_match(%r{/dev/pts/\d+\r\n}, text)
    assert_includes text, "24 80\r\n"
    assert_includes text, "got word\r\n"
    assert_predicate process.wait, :success?
  ensure
    process&.terminal&.close
  end

  def test_a_configuration_of_oci
    process = { args: ["sh", "-c", "hostname; echo $A"], env: ["A=1", "PATH=/usr/bin:/bin"], cwd: "/" }
    config = { ociVersion: "1.2.0", process: process,
               hostname: "oci", linux: { namespaces: [{ type: "uts" }, { type: "user" }] } }
    assert_equal "oci\n1", output(spec: config)
    assert_equal "oci\n1", output(spec: JSON.generate(config))
    assert_equal "other", output("hostname", spec: config, hostname: "other")
    assert_equal "2", output({ "A" => "2" }, "printenv", "A", spec: config)
  end

  def test_explain_runs_nothing
    Dir.mktmpdir do |directory|
      text = Spaces.explain("touch", "#{directory}/a", all: true, out: "#{directory}/b",
                                                       5 => "#{directory}/c")
      assert_match(/execute "touch"/, text)
      assert_match(%r{stdout.*#{directory}/b}, text)
      steps = JSON.parse(Spaces.explain("true", json: true))
      refute_empty steps
      assert_empty Dir.children(directory)
    end
  end
end
