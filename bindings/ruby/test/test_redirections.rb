# frozen_string_literal: true

require_relative "helper"

# Redirections, as Process.spawn takes them: each is tried with both.
class TestRedirections < SpacesTest
  # What a command writes to the files named by the block, started by Process.spawn and by us.
  def same(command, **options)
    texts = %i[itself ours].map do |who|
      Dir.mktmpdir do |directory|
        Dir.chdir(directory) do
          File.write("input", "line\n")
          if who == :ours
            Spaces.spawn(command, **UNPRIVILEGED, **options).wait
          else
            Process.wait(Process.spawn(command, **options))
          end
          Dir.children(".").sort.to_h { |name| [name, [File.read(name), File.stat(name).mode.to_s(8)]] }
        end
      end
    end
    assert_equal texts.first, texts.last
    texts.last.transform_values(&:first)
  end

  BOTH = "cat; echo out; echo err >&2"

  def test_paths
    assert_equal "line\nout\n", same(BOTH, in: "input", out: "log", err: File::NULL)["log"]
    assert_equal "err\n", same(BOTH, in: File::NULL, out: File::NULL, err: "log")["log"]
  end

  def test_modes_and_permissions
    assert_equal "line\nout\n", same(BOTH, in: File::NULL, out: %w[input a], err: File::NULL)["input"]
    same(BOTH, in: ["input"], out: ["log", "w", 0o600], err: ["err", File::WRONLY | File::CREAT, 0o640])
  end

  def test_several_to_one_file_share_its_position
    assert_equal "line\nout\nerr\n", same(BOTH, in: "input", %i[out err] => "log")["log"]
    assert_equal "line\nout\nerr\n", same(BOTH, in: "input", %i[out err] => %w[log w])["log"]
    assert_equal "line\nout\nerr\n", same(BOTH, in: "input", out: "log", err: %i[child out])["log"]
    assert_equal "line\nout\nerr\n", same(BOTH, in: "input", err: "log", 1 => [:child, 2])["log"]
  end

  def test_other_descriptors
    assert_equal "x\n", same("echo x >&7", 7 => %w[log w])["log"]
    assert_equal "line\n", same("cat <&7", 7 => "input", out: "log")["log"]
    assert_equal "x\n", same("echo x >&7", 7 => %i[child out], out: "log")["log"]
  end

  def test_descriptors_and_files_of_this_process
    Dir.mktmpdir do |directory|
      File.open("#{directory}/log", "w") do |file|
        Spaces.spawn("echo 1; echo 2 >&2", out: file, err: file.fileno, **UNPRIVILEGED).wait
        Spaces.spawn("echo 3 >&9", 9 => file).wait
        Spaces.spawn("echo 4 >&#{file.fileno}", file => file).wait
        refute_predicate file, :closed?
      end
      assert_equal "1\n2\n3\n4\n", File.read("#{directory}/log")
    end
  end

  def test_what_is_like_a_file
    Tempfile.create("spaces") do |file|
      Spaces.spawn("echo 1", out: file).wait
      Spaces.spawn("echo 2", out: [Pathname(file.path), "a"]).wait
      assert_equal "1\n2\n", File.read(file.path)
    end
    file = Tempfile.new("spaces")
    Spaces.spawn("echo 1", out: file).wait
    Spaces.spawn("echo 2", out: file).wait # which is open, and not emptied again
    assert_equal "1\n2\n", File.read(file.path)
  ensure
    file&.close!
  end

  def test_the_streams_of_this_process_are_inherited
    out, err, = script('require "spaces"; Spaces.spawn("cat; echo err >&2").wait; ' \
                       'Spaces.spawn("echo swapped", out: :err).wait', stdin_data: "in\n")
    assert_equal %W[in\n err\nswapped\n], [out, err]
  end

  def test_pipes
    process = Spaces.spawn("cat; echo err >&2", in: :pipe, out: :pipe, err: :pipe, **UNPRIVILEGED)
    process.stdin.puts "in"
    process.stdin.close
    assert_equal %W[in\n err\n], [process.stdout.read, process.stderr.read]
    assert_predicate process.wait, :success?
    [process.stdout, process.stderr].each(&:close)

    process = Spaces.spawn("echo out; echo err >&2", %i[out err] => :pipe)
    assert_equal "out\nerr\n", process.stdout.read
    assert_nil process.stderr
    process.wait
    process.stdout.close
  end

  def test_nothing_else_is_passed_on_unless_it_shall_be
    reader, writer = IO.pipe
    writer.close_on_exec = false
    number = writer.fileno
    # Our ls has its directory open besides.
    assert_equal "0\n1\n2\n3", output("ls", "/proc/self/fd")
    assert_includes output("ls", "/proc/self/fd", close_others: false).lines(chomp: true), number.to_s
    refute_includes output("ls", "/proc/self/fd", close_others: false).lines(chomp: true), reader.fileno.to_s
    refute_includes output("ls", "/proc/self/fd", close_others: true).lines(chomp: true), number.to_s
  ensure
    [reader, writer].each(&:close)
  end

  def test_closed_ones
    assert_equal "0\n1\n2\n3", output("ls", "/proc/self/fd", 7 => :close)
    error = assert_raises(ArgumentError) { Spaces.spawn("true", in: :close) }
    assert_match(/\Ain: :close: .*File::NULL/, error.message)
  end

  def test_a_missing_file_is_told_as_of_process_spawn
    error = assert_raises(Errno::ENOENT) { Spaces.spawn("true", in: "/there/is/none") }
    assert_match(%r{/there/is/none}, error.message)
  end

  def test_a_descriptor_that_is_not_open_is_told_as_of_process_spawn
    error = assert_raises(Errno::EBADF) { Spaces.spawn("true", out: 999) }
    assert_match(/out: descriptor 999 is not open/, error.message)
    File.open(File::NULL, "w") { |file| assert Spaces.system("true", out: file) } # cannot be read
  end

  def test_wrong_ones_are_refused
    {
      { out: :nowhere } => /\Aout: :nowhere: /,
      { out: [] } => /\Aout: \[\]: \[path, mode, permissions\]/,
      { out: [:child] } => /\Aout: \[:child\]: /,
      { out: %i[child err], err: %i[child out] } => /circle/,
      { out: %i[child err], err: :pipe } => /only err can go where out goes/,
      { 7 => :pipe } => /\A7: :pipe is for in, out and err/,
      { out: -1 } => /\Aout: -1: a number from 0/,
      { "out" => "log" } => /"out": a descriptor, :in, :out, :err or an IO is needed/,
      { terminal: true, out: :pipe } => /\Aterminal: /
    }.each do |options, message|
      error = assert_raises(ArgumentError, options.inspect) { Spaces.spawn("true", **options) }
      assert_match message, error.message
    end
  end
end
