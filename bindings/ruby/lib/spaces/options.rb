# frozen_string_literal: true

module Spaces
  # The keywords that say how a process is set apart, and what may be given for each.
  # @api private
  module Options
    SWITCH = Check.method(:switch)
    TEXT = Check.method(:text)
    PATH = Check.method(:path)
    ID = ->(name, value) { Check.number(name, value, Check::ID) }

    def self.groups(name, value)
      Check.list(name, value, "group ids").each_with_index.map { |id, i| ID.call("#{name}[#{i}]", id) }
    end

    def self.umask(name, value)
      Check.number(name, value, 0..0o777) { |mask| format("%#o", mask) }
    end

    def self.time_offsets(name, value)
      Check.hash(name, value, "clocks to seconds").to_h do |clock, offset|
        unless %w[boottime monotonic].include?(clock.to_s)
          Check.refuse(ArgumentError, "#{name} key", clock, "the clocks are :boottime and :monotonic")
        end
        [clock.to_s, Check.seconds("#{name}[#{clock.inspect}]", offset, least: -Check::LONGEST)]
      end
    end

    def self.terminal_size(name, value)
      size = Check.list(name, value, "two numbers")
      Check.refuse(ArgumentError, name, value, "[rows, columns] is needed") unless size.size == 2
      size.map { |side| Check.number(name, side, 0..65_535) }
    end

    def self.rlimits(name, value)
      Check.hash(name, value, "names to limits").to_h do |key, limits|
        rlimit("#{name}[#{key.inspect}]", key, limits)
      end
    end

    # Limits as Process.spawn and Process.setrlimit take them; the latter also know -1 as "no limit".
    def self.rlimit(name, resource, limits)
      soft, hard = pair = limits.is_a?(Array) ? limits : [limits, limits]
      Check.refuse(ArgumentError, name, limits, "a number or [soft, hard] is needed") unless pair.size == 2
      [rlimit_name(resource), [soft, hard].map { |limit| rlimit_number(name, limit) }]
    end

    def self.rlimit_name(resource)
      if resource.is_a?(Integer)
        known = ::Process.constants.grep(/\ARLIMIT_/).find do |constant|
          ::Process.const_get(constant) == resource
        end
        return known.name if known

        Check.refuse(ArgumentError, "rlimits key", resource, "this is no resource")
      end
      name = Check.text("rlimits key", resource).upcase
      name.start_with?("RLIMIT_") ? name : "RLIMIT_#{name}"
    end

    def self.rlimit_number(name, limit)
      case limit
      when -1, :INFINITY, "INFINITY" then Raw::SPACES_RLIM_INFINITY
      else Check.number(name, limit, 0..Raw::SPACES_RLIM_INFINITY)
      end
    end

    def self.id_map(name, value)
      IdMap.text(name, value)
    end
    private_class_method :rlimit_name, :rlimit_number

    # As of Process.spawn: true and 0 are for a group of its own, a number for that one, false for the
    # caller's.
    def self.pgroup(name, value)
      return value ? 0 : nil if [true, false].include?(value)

      Check.number(name, value, Check::INT)
    end

    TIME_LIMIT = ->(name, value) { Check.seconds(name, value, above: true) }

    # Those that a setter of the same name takes as they are.
    PLAIN = {
      uid: ID,
      gid: ID,
      groups: method(:groups),
      umask: method(:umask),
      oom_score_adj: ->(name, value) { Check.number(name, value, -1000..1000) },
      new_session: SWITCH,
      terminal: SWITCH,
      setgroups: SWITCH,
      hostname: TEXT,
      domainname: TEXT,
      init: SWITCH,
      die_with_parent: SWITCH
    }.freeze

    CHECKS = {
      **PLAIN,
      **Files::CHECKS,
      **Confinement::CHECKS,
      **Scheduling::CHECKS,
      **Resources::CHECKS,
      all: SWITCH,
      uid_map: method(:id_map),
      gid_map: method(:id_map),
      time_offsets: method(:time_offsets),
      root: PATH,
      readonly: SWITCH,
      system_root: SWITCH,
      pivot_root: SWITCH,
      chdir: PATH,
      pgroup: method(:pgroup),
      rlimits: method(:rlimits),
      terminal_size: method(:terminal_size),
      time_limit: TIME_LIMIT,
      time_limit_grace: Check.method(:seconds),
      spec: Check.method(:json)
    }.freeze

    # What the keywords of Process.spawn are that libspaces cannot do, and what to do instead.
    REFUSED = {
      new_pgroup: "this is for Windows; see pgroup"
    }.freeze

    # The options as they are to be used, by name; nil is for what is not given. `more` are checks of further
    # names.
    # @raise [ArgumentError, TypeError] names the option that is wrong
    def self.check(given, **more)
      checked = check_each(given, more)
      [Confinement, Resources].each { |concern| concern.refuse_ignored(checked) }
      checked
    end

    def self.check_each(given, more)
      given.each_with_object({}) do |(name, value), options|
        next if value.nil?

        raise ArgumentError, "#{name}: #{REFUSED[name]}" if REFUSED.key?(name)

        if name.start_with?("rlimit_")
          resource, limits = rlimit(name, name.name.delete_prefix("rlimit_"), value)
          (options[:rlimits] ||= {})[resource] = limits
        else
          check_one(options, name, value, more)
        end
      end
    end

    def self.check_one(options, name, value, more)
      if Namespaces::BY_NAME.key?(name)
        options[name] = value
        return
      end

      check = CHECKS[name] || more[name] || raise(ArgumentError, unknown(name, more.keys))
      value = check.call(name, value)
      options[name] = name == :rlimits ? (options[name] || {}).merge(value) : value
    end

    def self.unknown(name, more)
      names = CHECKS.keys + Namespaces::BY_NAME.keys + more
      near = DidYouMean::SpellChecker.new(dictionary: names).correct(name).first if defined?(DidYouMean)
      "unknown keyword: #{name.inspect}#{" (did you mean #{near.inspect}?)" if near}"
    end
    private_class_method :check_each, :check_one, :unknown
  end
  private_constant :Options
end
