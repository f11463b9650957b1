# frozen_string_literal: true

module Spaces
  # What a process and all that it starts may use: the keywords, what may be given for each, and how libspaces
  # is told.
  # @api private
  module Resources
    # Microseconds in which a process has its processor time, of which the kernel takes no less than one in a
    # hundred.
    PERIOD = 100_000
    QUOTA = (1000..(10**12))
    # Those that are short for a key.
    SHORT = { memory: "memory.max", cpus: "cpu.max", pids_limit: "pids.max" }.freeze
    # Those that give the process a control group; a configuration or a sandbox does as well.
    GIVING_A_GROUP = %i[
      memory cpus pids_limit limits resources device_rules own_cgroup cgroup_path spec confine
    ].freeze
    ABOUT_THE_GROUP = %i[cgroup_manager cgroup_fallback].freeze

    # A number, or text as the kernel takes it: "512M", "max".
    def self.limit(name, value)
      return Check.number(name, value, 0..Raw::SPACES_RLIM_INFINITY).to_s if value.is_a?(Integer)

      string = String.try_convert(value)
      what = "a whole number, or a String like \"512M\", is needed"
      Check.refuse(TypeError, name, value, what) unless string
      Check.text(name, string)
    end

    # From processors to what cpu.max is told.
    def self.cpus(name, value)
      what = "a number of processors is needed, like 0.5 or 2"
      Check.refuse(TypeError, name, value, what) unless value.is_a?(Numeric) && value.real?
      quota = value.to_f * PERIOD
      Check.refuse(ArgumentError, name, value, "#{what}, and at least 0.01") unless QUOTA.cover?(quota)
      "#{quota.round} #{PERIOD}"
    end

    def self.pids_limit(name, value)
      value == "max" ? value : Check.number(name, value, Check::INT).to_s
    end

    def self.limits(name, value)
      Check.hash(name, value, "names to limits").to_h do |key, given|
        [Check.text("#{name} key", key), limit("#{name}[#{key.inspect}]", given)]
      end
    end

    # As OCI's linux.resources: a Hash, or JSON.
    def self.resources(name, value)
      JSON.parse(Check.json(name, value))
    rescue JSON::ParserError => error
      Check.refuse(ArgumentError, name, value, "this is no JSON: #{error.message.lines.first.chomp}")
    end

    def self.device_rules(name, value)
      Check.list(name, value, "rules").each_with_index.map { |rule, i| device_rule("#{name}[#{i}]", rule) }
    end

    # From "allow c 1:3 rwm", or [true, "c 1:3 rwm"].
    def self.device_rule(name, value)
      if value.is_a?(Array)
        Check.refuse(ArgumentError, name, value, "[allow, rule] is needed") unless value.size == 2
        return [Check.switch(name, value.first), Check.text(name, value.last)]
      end
      verb, rule = Check.text(name, value).split(" ", 2)
      return [verb == "allow", rule.strip] if %w[allow deny].include?(verb) && rule

      Check.refuse(ArgumentError, name, value, "a rule is like \"allow c 1:3 rwm\" or \"deny a\"")
    end
    private_class_method :device_rule

    CHECKS = {
      memory: method(:limit),
      cpus: method(:cpus),
      pids_limit: method(:pids_limit),
      limits: method(:limits),
      resources: method(:resources),
      device_rules: method(:device_rules),
      own_cgroup: Check.method(:switch),
      cgroup_path: Check.method(:path),
      cgroup_manager: Check.method(:text),
      cgroup_fallback: Check.method(:switch),
      # A process may be one that is started later.
      join_cgroup: ->(name, value) { value.respond_to?(:pid) ? value : Check.pid(name, value) }
    }.freeze

    # Two limits of one name, and how a control group is made where there is none.
    def self.refuse_ignored(options)
      twice = SHORT.keys.find { |name| options.key?(name) && options[:limits]&.key?(SHORT[name]) }
      if twice
        what = "limits[#{SHORT[twice].inspect}] is the same limit; choose one"
        Check.refuse(ArgumentError, twice, options[twice], what)
      end
      return if GIVING_A_GROUP.any? { |name| options[name] }

      given = ABOUT_THE_GROUP.find { |name| options[name] }
      what = "this is about a control group, and needs a limit or own_cgroup: true"
      Check.refuse(ArgumentError, given, options[given], what) if given
    end

    def self.tell(spec, options)
      merge(spec, "linux", "resources" => options[:resources]) if options[:resources]
      SHORT.each { |name, key| spec.set_cgroup(key, options[name]) if options.key?(name) }
      options.fetch(:limits, {}).each { |key, value| spec.set_cgroup(key, value) }
      options.fetch(:device_rules, []).each { |allow, rule| spec.add_device_rule(allow, rule) }
      merge(spec, "spaces", "cgroup" => { "own" => options[:own_cgroup] }) if options.key?(:own_cgroup)
      spec.set_cgroup_path(options[:cgroup_path]) if options[:cgroup_path]
      ABOUT_THE_GROUP.each { |name| spec.public_send(:"set_#{name}", options[name]) if options.key?(name) }
      spec.join_cgroup(Check.pid("join_cgroup", options[:join_cgroup])) if options[:join_cgroup]
    end

    def self.merge(spec, name, member)
      spec.load_json(JSON.generate({ name => member }))
    end
    private_class_method :merge
  end
  private_constant :Resources
end
