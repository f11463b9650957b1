# frozen_string_literal: true

# All tests: ruby -I lib test/all.rb
Dir.glob("#{__dir__}/test_*.rb").each { |file| require file }
