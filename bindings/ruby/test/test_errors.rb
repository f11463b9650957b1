# frozen_string_literal: true

require_relative "helper"

# Failures are of the classes that a Rubyist rescues.
class TestErrors < SpacesTest
  def failure(*command, **options)
    Spaces.spawn(*command, **options)
    flunk "nothing was raised"
  rescue Spaces::Error => error
    error
  end

  def test_one_can_be_rescued_by_its_errno
    rescued = begin
      Spaces.spawn("there-is-no-such-program")
    rescue Errno::EPERM
      :wrong
    rescue Errno::ENOENT
      :right
    end
    assert_equal :right, rescued
    assert_raises(SystemCallError) { Spaces.spawn("there-is-no-such-program") }
    assert_raises(Spaces::SetupError) { Spaces.spawn("there-is-no-such-program") }
    assert_raises(Spaces::Error) { Spaces.spawn("there-is-no-such-program") }
  end

  def test_classes_are_told_apart
    error = failure("there-is-no-such-program")
    assert Spaces::SetupError === error # rubocop:disable Style/CaseEquality
    refute Spaces::UnsupportedError === error # rubocop:disable Style/CaseEquality
    assert_kind_of StandardError, error
  end

  def test_what_an_error_knows
    error = failure("/there/is/none", all: true)
    assert_equal [:setup, Errno::ENOENT::Errno, "exec", "/there/is/none", "execve"],
                 [error.code, error.errno, error.step, error.object, error.system_call]
    assert_operator error.index, :>, 0
    assert_match(%r{\Acannot execute "/there/is/none": No such file or directory}, error.message)
    assert error.message.end_with?("(#{error.hint})") if error.hint
    assert_match(/#{Regexp.escape(error.message)}/, error.full_message(highlight: false))
    refute_nil error.backtrace
  end

  def test_what_is_not_there
    error = failure("true", net: "/there/is/none", **UNPRIVILEGED)
    assert_kind_of Spaces::NotFoundError, error
    assert_operator Errno::ENOENT, :===, error
    assert_equal :not_found, error.code
  end

  def test_an_error_can_be_sent
    error = failure("there-is-no-such-program")
    copy = Marshal.load(Marshal.dump(error))
    assert_equal [error.class, error.message, error.errno, error.step],
                 [copy.class, copy.message, copy.errno, copy.step]
  end

  def test_every_code_has_its_class
    %w[Invalid System Setup Unsupported NotFound Exists State Timeout Memory].each do |name|
      assert_operator Spaces.const_get("#{name}Error"), :<, Spaces::Error
    end
    assert_operator Spaces::InvalidError, :<, ArgumentError
    assert_operator Spaces::MemoryError, :<, NoMemoryError
    assert_operator Spaces::TimeoutError, :<, SystemCallError
  end

  def test_a_start_that_fails_leaves_nothing
    Dir.mktmpdir do |directory|
      10.times { failure("/there/is/none", all: true, out: "#{directory}/log", err: :pipe, in: :pipe) }
    end
  end
end
