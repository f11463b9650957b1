# frozen_string_literal: true

module Spaces
  # What may be given for an option: what is wrong is refused at once, by the option's name.
  # @api private
  module Check
    INT = (0..((2**31) - 1))
    # The last number means "leave as it is" to system calls.
    ID = (0..((2**32) - 2))
    ANY_ID = (0..((2**32) - 1))
    # Seconds: the kernel's clocks count nanoseconds.
    LONGEST = (2**63) / (10**9)

    # As many years are for ever, and more is more than Ruby's own waiting can take.
    LONGEST_WAIT = 2**31

    module_function

    # Raises the exception that says "<name>: <value>: <what>".
    def refuse(kind, name, value, what)
      shown = value.inspect
      shown = "#{shown[0, 77]}..." if shown.length > 80
      raise kind, "#{name}: #{shown}: #{what}"
    end

    def number(name, value, range, &show)
      refuse(TypeError, name, value, "a whole number is needed") unless value.is_a?(Integer)
      return value if range.cover?(value)

      show ||= :to_s.to_proc
      refuse(ArgumentError, name, value,
             "a number from #{show.call(range.begin)} to #{show.call(range.end)} is needed")
    end

    def switch(name, value)
      refuse(TypeError, name, value, "true or false is needed") unless [true, false].include?(value)
      value
    end

    # A time in seconds; `above`: 0 itself is too small.
    def seconds(name, value, least: 0, above: false)
      what = "a number of seconds#{' above 0' if above} is needed#{', and nil is for no limit' if above}"
      refuse(TypeError, name, value, what) unless value.is_a?(Numeric) && value.real?
      refuse(ArgumentError, name, value, "at most #{LONGEST} seconds are possible") if value > LONGEST
      refuse(ArgumentError, name, value, what) unless value >= least && !(above && value == least)
      value
    end

    # How long to wait, nil for ever.
    def timeout(value)
      return if value.nil?

      what = "a number of seconds, or nil, is needed"
      refuse(TypeError, "timeout", value, what) unless value.is_a?(Numeric) && value.real?
      refuse(ArgumentError, "timeout", value, what) if value.respond_to?(:nan?) && value.nan?
      value > LONGEST_WAIT ? nil : value.to_f
    end

    def text(name, value, empty: false)
      string = value.is_a?(Symbol) ? value.name : String.try_convert(value)
      refuse(TypeError, name, value, "a String is needed") unless string
      whole(name, string, empty)
    end

    def path(name, value)
      begin
        string = File.path(value)
      rescue TypeError
        refuse(TypeError, name, value, "a path is needed")
      rescue ArgumentError
        refuse(ArgumentError, name, value, "no path holds a null byte")
      end
      whole(name, string, false)
    end

    def whole(name, string, empty)
      missing = string.empty? && !empty
      refuse(ArgumentError, name, string, "this is empty, and nil is for what is not given") if missing
      refuse(ArgumentError, name, string, "this holds a null byte") if string.b.include?("\0")
      string
    end
    private_class_method :whole

    def list(name, value, what)
      array = Array.try_convert(value)
      refuse(TypeError, name, value, "an Array of #{what} is needed") unless array
      array
    end

    def hash(name, value, what)
      hash = Hash.try_convert(value)
      refuse(TypeError, name, value, "a Hash from #{what} is needed") unless hash
      hash
    end

    # Several words, or one.
    def words(name, value)
      return text(name, value).split(",") if value.is_a?(Symbol) || String.try_convert(value)

      list(name, value, "words").each_with_index.map { |word, i| text("#{name}[#{i}]", word) }
    end

    # A Hash with these members only, which then are Strings.
    def members(name, value, known)
      hash = Hash.try_convert(value)
      refuse(TypeError, name, value, "a Hash with some of #{known.join(', ')} is needed") unless hash
      words = hash.transform_keys(&:to_s)
      unknown = words.keys - known
      refuse(ArgumentError, name, unknown.first, "this is none of #{known.join(', ')}") unless unknown.empty?
      words
    end

    # A Hash as JSON, or JSON.
    def json(name, value)
      value.is_a?(Hash) ? JSON.generate(value) : text(name, value)
    end

    # The pid of a process: a number, or an object that has one, such as a Container.
    def pid(name, process)
      value = process.respond_to?(:pid) ? process.pid : process
      refuse(ArgumentError, name, process, "this has not been started") if value.nil? && !process.nil?
      refuse(TypeError, name, process, "a pid or a process is needed") unless value.is_a?(Integer)
      refuse(ArgumentError, name, process, "this is no pid") unless value.positive? && INT.cover?(value)
      value
    end

    # The number of a signal: "TERM", "SIGTERM", :TERM or 15.
    def signal(value)
      return number("signal", value, 0..64) if value.is_a?(Integer)

      name = text("signal", value).delete_prefix("SIG")
      Signal.list.fetch(name) { refuse(ArgumentError, "signal", value, "there is no such signal") }
    end
  end
  private_constant :Check
end
