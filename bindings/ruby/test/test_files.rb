# frozen_string_literal: true

require_relative "helper"

# What is made in the file system, and hidden.
class TestFiles < SpacesTest
  def test_content_from_memory
    before = Dir.children("/mnt")
    script = "cat /mnt/text /mnt/binary | od -An -c | tr -d ' \\n'; echo; " \
             "stat -c %a /mnt /mnt/text /mnt/binary; " \
             "echo >>/mnt/binary 2>/dev/null || echo read-only; cat /mnt/link"
    text = output("sh", "-c", script, all: true, directories: { "/mnt" => 0o711 },
                                      files: { "/mnt/text" => "ab", "/mnt/binary" => ["\0c".b, 0o444] },
                                      symlinks: { "/mnt/link" => "text" })
    assert_equal "ab\\0c\n711\n644\n444\nread-only\nab", text
    assert_equal before, Dir.children("/mnt")
  end

  def test_masked_and_readonly_paths
    Dir.mktmpdir do |directory|
      %w[masked readonly].each { |name| File.write("#{directory}/#{name}", "text", perm: 0o666) }
      options = { all: true, mounts: [[directory, "/mnt"]], masked_paths: %w[/mnt/masked /mnt/missing],
                  readonly_paths: ["/mnt/readonly", Pathname("/proc/sys")] }
      script = "cat /mnt/masked /mnt/readonly; echo >/mnt/readonly || echo no"
      assert_equal "textno", output("sh", "-c", script, **options)
      assert_equal "text", File.read("#{directory}/masked")
      started("exec sleep 600", **options) do |process|
        mounts = File.readlines("/proc/#{process.pid}/mountinfo").to_h { |line| line.split.values_at(4, 5) }
        flags = mounts.values_at("/mnt/readonly", "/proc/sys")
        assert_equal(%w[ro ro], flags.map { |words| words[/\A\w+/] })
        assert_includes mounts.keys, "/mnt/masked"
      end
    end
  end

  def test_devices
    make_root do |root|
      options = { all: true, root: root, mounts: [[nil, "/dev", "tmpfs"]] }
      devices = ["/dev/null", ["/dev/zero", "/dev/other"],
                 { path: "/dev/made", type: "c", major: 1, minor: 5, uid: 0 }]
      script = "echo >/dev/null; echo /dev/*; [ -c /dev/other ] && [ -c /dev/made ] && echo yes"
      assert_equal "/dev/made /dev/null /dev/other\nyes",
                   output("sh", "-c", script, devices: devices, **options)
      standard = %w[fd full null ptmx random stderr stdin stdout tty urandom zero]
      assert_equal standard, output("ls", "/dev", default_devices: true, **options).split
    end
  end

  def test_overlays
    Dir.mktmpdir do |lower|
      File.write("#{lower}/file", "below\n")
      overlay = ["overlay", "/mnt", "overlay", ["tmp-overlay", "lowerdir=#{lower}"]]
      assert_equal "below\nabove", output("sh", "-c", "cd /mnt; cat file; echo above >file; cat file",
                                          all: true, mounts: [overlay])
      assert_equal "below\n", File.read("#{lower}/file")
    end
  end

  def test_mounts_in_a_running_process
    started("exec sleep 600", all: true) do |process|
      table = -> { File.read("/proc/#{process.pid}/mountinfo") }
      before = table.call
      assert_same process, process.mount(nil, "/mnt", "tmpfs", "size=64k")
      process.mount("/usr", "/mnt/usr", nil, %w[ro X-mount.mkdir])
      assert_match(%r{ /mnt/usr ro}, table.call)
      assert_raises(Errno::EBUSY) { process.unmount("/mnt") }
      assert_same process, process.unmount("/mnt", lazily: true)
      assert_equal before, table.call
      assert_raises(Spaces::SetupError) { process.mount("/usr", "/no/such/place") }
      refused(TypeError, /\Amount destination: 1: a path/) { process.mount("/usr", 1) }
      refused(TypeError, /\Alazily: 1: true or false/) { process.unmount("/mnt", lazily: 1) }
      process.kill.wait
      assert_raises(Spaces::NotFoundError) { process.mount("/usr", "/mnt") }
    end
    started("exec sleep 600") do |process|
      assert_raises(Spaces::StateError) { process.mount("/usr", "/mnt") }
    end
  end
end
