# frozen_string_literal: true

require_relative "helper"

# The programs of README.md print what it says.
class TestReadme < SpacesTest
  README = "#{__dir__}/../README.md".freeze
  EXAMPLES = File.read(README).scan(/^```ruby\n(.*?)^```\n\n((?:    [^\n]*\n)+)/m).freeze

  def test_there_are_examples
    assert_equal File.read(README).scan("```ruby").size, EXAMPLES.size
    refute_empty EXAMPLES
  end

  EXAMPLES.each_with_index do |(program, prints), index|
    define_method("test_example_#{index + 1}") do
      out, err, status = script(program)
      assert_equal ["", prints.gsub(/^    /, "")], [err, out]
      assert_predicate status, :success?
    end
  end
end
