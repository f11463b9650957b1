# frozen_string_literal: true

module Spaces
  # A command as Process.spawn takes it: `[env,] command line`, `[env,] program, argument...` or
  # `[env,] [program, argv0], argument...`.
  # @api private
  class Command
    # What makes a command line one for the shell.
    META = /[*?{}\[\]<>()~&|\\$;'`"\n#]/
    # A variable that is set for the command.
    ASSIGNMENT = /\A\s*[^\s=]+=/
    # Reserved words and special built-in utilities of the shell (POSIX.1-2017, XCU 2.4 and 2.14).
    SHELL_WORDS = %w[
      ! . : break case continue do done elif else esac eval exec exit export fi for if in readonly return set
      shift then times trap unset until while
    ].freeze

    # @return [Array<String>] the program and its arguments; empty where a configuration of OCI has them
    attr_reader :argv

    # @return [String, nil] what is executed, where that is not the name that the program is told
    attr_reader :executable

    # @return [Hash{String => String, nil}] variables to set, or with nil to remove
    attr_reader :env

    def initialize(arguments)
      arguments = arguments.dup
      @env = Hash.try_convert(arguments.first) ? check_env(arguments.shift.to_hash) : {}
      @argv = arguments.size == 1 && !arguments.first.is_a?(Array) ? words(arguments.first) : list(arguments)
    end

    private

    def check_env(env)
      env.to_h do |name, value|
        # As Process.spawn does, which takes Symbols nowhere in an environment.
        Check.refuse(TypeError, "env key", name, "a String is needed") if name.is_a?(Symbol)
        Check.text("env key", name)
        what = "no name of a variable holds a \"=\""
        Check.refuse(ArgumentError, "env key", name, what) if name.include?("=")
        [name, value && Check.text("env[#{name.inspect}]", value, empty: true)]
      end
    end

    def list(arguments)
      program, *rest = arguments
      return [] if program.nil?

      [program(program), *rest.each_with_index.map { |item, i| argument("command[#{i + 1}]", item) }]
    end

    def argument(name, value)
      value.respond_to?(:to_path) ? Check.path(name, value) : Check.text(name, value, empty: true)
    end

    def program(value)
      return Check.path("command", value) unless value.is_a?(Array)

      Check.refuse(ArgumentError, "command", value, "[program, argv0] is needed") unless value.size == 2
      @executable = Check.path("command", value.first)
      Check.text("command", value.last)
    end

    def words(line)
      return [Check.path("command", line)] if line.respond_to?(:to_path)

      line = Check.text("command", line)
      words = line.split(/[ \t]+/).reject(&:empty?)
      shell = META.match?(line) || ASSIGNMENT.match?(line) || SHELL_WORDS.include?(words.first)
      return ["/bin/sh", "-c", line] if shell

      Check.refuse(ArgumentError, "command", line, "a program is needed") if words.empty?
      words
    end
  end
  private_constant :Command
end
