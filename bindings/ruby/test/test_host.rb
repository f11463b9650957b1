# frozen_string_literal: true

require_relative "helper"

# What this machine can do, and what the gem says of itself.
class TestHost < SpacesTest
  def test_features
    host = Spaces.features
    assert_equal [Process.uid, Process.gid], [host.uid, host.gid]
    assert_equal File.read("/proc/sys/kernel/osrelease").chomp, host.kernel
    assert host.works?("namespace.user")
    assert host.works?(:"namespace.user")
    refute host.works?("namespace.none")
    assert_nil host["namespace.none"]
    host.checks.reject(&:works?).each { |check| assert check.reason, check.name }
    assert_predicate host, :frozen?
  end

  def test_versions
    assert_equal "1.0.0", Spaces::VERSION
    assert_match(/\A\d+\.\d+\.\d+\z/, Spaces.library_version)
  end

  def test_what_is_not_meant_for_users_is_private
    assert_equal %i[Container Control Error Events ExistsError ExitError Host InvalidError MemoryError
                    NotFoundError Process RemoteError Result SetupError StateError SystemError TimeoutError
                    UnsupportedError VERSION],
                 Spaces.constants.sort
  end
end
