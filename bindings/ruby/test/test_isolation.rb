# frozen_string_literal: true

require_relative "helper"

# What sets a process apart, looked at from inside and outside.
class TestIsolation < SpacesTest
  def namespaces_inside(**options)
    text = output("sh", "-c", "for i in #{KINDS.join(' ')}; do readlink /proc/self/ns/$i; done", **options)
    KINDS.zip(text.lines(chomp: true)).to_h
  end

  def test_none_is_new_without_an_option
    assert_empty changed(namespaces_inside)
  end

  def test_each_namespace_by_both_names
    KINDS.each do |kind|
      assert_equal [*UNPRIVILEGED.keys, kind].uniq.sort,
                   changed(namespaces_inside(**UNPRIVILEGED, kind => true)).sort
    end
    assert_equal [:mnt, :net, *UNPRIVILEGED.keys].sort,
                 changed(namespaces_inside(network: true, mount: true, **UNPRIVILEGED)).sort
  end

  def test_all_but_some
    assert_equal KINDS.sort, changed(namespaces_inside(all: true)).sort
    assert_equal (KINDS - %i[net time]).sort,
                 changed(namespaces_inside(all: true, net: false, time: false)).sort
  end

  def test_they_are_seen_from_outside
    started("exec cat", all: true, in: :pipe) do |process|
      outside = namespaces(process.pid)
      assert_equal KINDS.sort, changed(outside).sort
      process.stdin.close
    end
  end

  def test_joining
    started("exec sleep 600", **UNPRIVILEGED, uts: true, hostname: "first") do |first|
      file = "/proc/#{first.pid}/ns/uts"
      users = ROOT ? {} : { user: first }
      File.open(file) do |open|
        [first, first.pid, file, open].each do |choice|
          assert_equal "first", output("hostname", uts: choice, **users)
        end
      end
    end
  end

  def test_an_init_or_none
    assert_equal "2", output("sh", "-c", "echo $$", pid: true, **UNPRIVILEGED)
    assert_equal "1", output("sh", "-c", "echo $$", pid: true, init: false, **UNPRIVILEGED)
  end

  def test_id_maps
    assert_equal "0 0", output("sh", "-c", "echo $(id -u) $(id -g)", user: true)
    own = [Process.uid, Process.gid]
    assert_equal "5", output("sh", "-c", "id -u", uid_map: [[5, own[0], 1]], gid_map: true, uid: 5)
    assert_equal "5", output("sh", "-c", "id -u", uid_map: "5 #{own[0]} 1", uid: 5)
    assert_equal own.join(" "),
                 output("sh", "-c", "echo $(id -u) $(id -g)", uid_map: "self", gid_map: "self", user: true)
    assert_match(/\A\s*0\s+#{own[0]}\s+1\z/, output("cat", "/proc/self/uid_map", uid_map: own[0]))
    skip "needs root" unless ROOT
    assert_equal [%w[0 1000 1], %w[1 1001 1]],
                 output("cat", "/proc/self/uid_map", uid_map: [1000, 1001]).lines.map(&:split)
    assert_equal %w[0 5 3], output("cat", "/proc/self/uid_map", uid_map: [[0, 5, 3]]).split
  end

  def test_users_and_groups
    skip "needs root" unless ROOT
    assert_equal "1000 1001 1001 7",
                 output("sh", "-c", "echo $(id -u) $(id -g) $(id -G)", uid: 1000, gid: 1001, groups: [7])
  end

  def test_names_of_the_host
    assert_equal "box home", output("sh", "-c", "echo $(hostname) $(cat /proc/sys/kernel/domainname)",
                                    all: true, hostname: "box", domainname: "home")
  end

  def test_clocks
    offsets = { boottime: 1_000_000.5 }
    uptime = output("cut -d. -f1 /proc/uptime", time: true, time_offsets: offsets, **UNPRIVILEGED)
    assert_operator uptime.to_i, :>=, 1_000_000
  end

  def test_another_root_directory
    make_root do |root|
      assert_equal "/ bin dev home proc tmp",
                   output("sh", "-c", "echo $(pwd) $(ls /)", root: root, mount: true, pid: true,
                                                             **UNPRIVILEGED)
      by_chroot = output("sh", "-c", "echo $(ls /)", root: root, **UNPRIVILEGED)
      assert_equal "bin dev home proc tmp", by_chroot
      assert_equal "/home",
                   output("pwd", root: root, chdir: "/home", mount: true, pivot_root: false, **UNPRIVILEGED)
      assert_match(/Read-only/,
                   Spaces.capture("touch", "/x", root: root, readonly: true, mount: true, **UNPRIVILEGED)[1])
      refute_path_exists "#{root}/x"
    end
  end

  def test_mounts
    before = File.stat("/mnt")
    Dir.mktmpdir do |directory|
      File.write("#{directory}/a", "text")
      mounts = [[directory, "/mnt"], { destination: "/media", type: "tmpfs", options: %w[size=64k mode=755] },
                [directory, "/srv", "bind", "ro"]]
      script = "cat /mnt/a; touch /media/b && ls /media; touch /srv/c 2>/dev/null || echo ro"
      text = output("sh", "-c", script, mount: true, mounts: mounts, **UNPRIVILEGED)
      assert_equal "textb\nro", text
    end
    assert_equal [before.dev, before.ino], [File.stat("/mnt").dev, File.stat("/mnt").ino]
  end

  def test_default_mounts
    make_root do |root|
      text = output("sh", "-c", "ls /dev; ls -d /proc/1; ls /tmp", root: root, default_mounts: true,
                                                                   all: true)
      assert_includes text, "null\n"
      assert_includes text, "/proc/1"
    end
  end

  def test_privileges_score_and_session
    status = output("cat", "/proc/self/status", no_new_privs: true)
    assert_match(/^NoNewPrivs:\s+1$/, status)
    assert_equal "500", output("cat", "/proc/self/oom_score_adj", oom_score_adj: 500)
    assert_equal "same",
                 output("sh", "-c", '[ $(cut -d" " -f6 /proc/self/stat) = $$ ] && echo same',
                        new_session: true)
  end

  def test_a_time_limit
    result = Spaces.spawn("sleep 600", time_limit: 0.01, **UNPRIVILEGED).wait
    assert_equal [:time_limit, 15], [result.cause, result.signal]
    stubborn = "trap '' TERM; while :; do sleep 600; done"
    result = Spaces.spawn(stubborn, time_limit: 0.1, time_limit_grace: 0.1, all: true).wait
    assert_equal [:time_limit, 9], [result.cause, result.signal]
  end

  def test_it_can_end_with_this_process
    out, = script(<<~RUBY, UNPRIVILEGED.inspect)
      require "spaces"
      $stdout.sync = true
      p Spaces.spawn("sleep 600", die_with_parent: true, out: File::NULL, **eval(ARGV[0])).pid
      exit!
    RUBY
    pid = Integer(out)
    gone = await do
      File.read("/proc/#{pid}/stat").split(") ").last.start_with?("Z")
    rescue Errno::ENOENT, Errno::ESRCH
      true
    end
    assert gone
  end
end
