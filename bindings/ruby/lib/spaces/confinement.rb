# frozen_string_literal: true

module Spaces
  # What takes privileges away from a process: the keywords, what may be given for each, and how libspaces is
  # told.
  # @api private
  module Confinement
    # The sets of capabilities(7), by OCI's names.
    SETS = {
      "bounding" => Raw::SPACES_CAPABILITIES_BOUNDING,
      "effective" => Raw::SPACES_CAPABILITIES_EFFECTIVE,
      "inheritable" => Raw::SPACES_CAPABILITIES_INHERITABLE,
      "permitted" => Raw::SPACES_CAPABILITIES_PERMITTED,
      "ambient" => Raw::SPACES_CAPABILITIES_AMBIENT
    }.freeze

    # What OCI, or the Spec's JSON, calls the members of `landlock` that are lists.
    LANDLOCK_LISTS = { "paths" => "paths", "bind" => "bindTcp", "connect" => "connectTcp" }.freeze
    LANDLOCK = [*LANDLOCK_LISTS.keys, "scope", "optional"].freeze

    def self.capabilities(name, value)
      Check.members(name, value, SETS.keys).to_h do |set, names|
        [set, Check.words("#{name}[#{set.inspect}]", names)]
      end
    end

    def self.landlock(name, value)
      Check.members(name, value, LANDLOCK).to_h do |member, given|
        entry = "#{name}[#{member.inspect}]"
        checked = case member
                  when "paths" then accesses(entry, given)
                  when "optional" then Check.switch(entry, given)
                  when "scope" then Check.words(entry, given)
                  else ports(entry, given)
                  end
        [member, checked]
      end
    end

    def self.accesses(name, value)
      Check.hash(name, value, "paths to accesses").to_h do |path, access|
        [Check.path("#{name} key", path), Check.words("#{name}[#{path.inspect}]", access).join(",")]
      end
    end

    def self.ports(name, value)
      Check.list(name, value, "TCP ports").each_with_index.map do |port, i|
        Check.number("#{name}[#{i}]", port, 0..65_535)
      end
    end

    # "default", or a profile of OCI as a Hash or JSON.
    def self.seccomp(name, value)
      return Check.json(name, value) if value.is_a?(Hash)

      text = Check.text(name, value)
      return text if text == "default" || text.lstrip.start_with?("{")

      Check.refuse(ArgumentError, name, value, "\"default\" or a profile of OCI is needed")
    end
    private_class_method :accesses, :ports

    CHECKS = {
      confine: Check.method(:text),
      no_new_privs: Check.method(:switch),
      cap_add: Check.method(:words),
      cap_drop: Check.method(:words),
      capabilities: method(:capabilities),
      securebits: Check.method(:words),
      new_keyring: Check.method(:switch),
      apparmor_profile: Check.method(:text),
      selinux_label: Check.method(:text),
      mount_label: Check.method(:text),
      landlock: method(:landlock),
      seccomp: method(:seccomp),
      seccomp_report: Check.method(:switch),
      seccomp_cache: Check.method(:path)
    }.freeze

    # What a setter of the same name takes as it is.
    PLAIN = %i[no_new_privs new_keyring apparmor_profile selinux_label mount_label].freeze
    ABOUT_THE_FILTER = %i[seccomp_report seccomp_cache].freeze

    # What would say nothing without another option. A configuration may have a filter.
    def self.refuse_ignored(options)
      return if %i[seccomp spec confine].any? { |name| options.key?(name) }

      given = ABOUT_THE_FILTER.find { |name| options[name] }
      what = "this is about the filter, and needs seccomp"
      Check.refuse(ArgumentError, given, options[given], what) if given
    end

    def self.tell(spec, options)
      tell_capabilities(spec, options)
      PLAIN.each { |name| spec.public_send(:"set_#{name}", options[name]) if options.key?(name) }
      tell_landlock(spec, options[:landlock]) if options[:landlock]
      if options[:seccomp] == "default"
        spec.set_seccomp_default(true)
      elsif options[:seccomp]
        spec.set_seccomp(options[:seccomp])
      end
      ABOUT_THE_FILTER.each { |name| spec.public_send(:"set_#{name}", options[name]) if options.key?(name) }
    end

    def self.tell_capabilities(spec, options)
      if options[:capabilities] # those that are not told are empty
        SETS.each { |name, set| spec.set_capabilities(set, options[:capabilities].fetch(name, [])) }
      end
      options.fetch(:cap_drop, []).each { |name| spec.drop_capability(name) }
      options.fetch(:cap_add, []).each { |name| spec.add_capability(name) }
      options.fetch(:securebits, []).each { |name| spec.add_securebit(name) }
    end

    # What only JSON can say is first: that no path or port is allowed at all, and what has no setter.
    def self.tell_landlock(spec, rules)
      known = rules.slice("scope", "optional")
      LANDLOCK_LISTS.each { |name, member| known[member] = [] if rules.key?(name) && rules[name].empty? }
      spec.load_json(JSON.generate({ "spaces" => { "landlock" => known } })) unless known.empty?
      rules.fetch("paths", {}).each { |path, access| spec.add_landlock_path(path, access) }
      %w[bind connect].each do |access|
        rules.fetch(access, []).each { |port| spec.add_landlock_port(access, port) }
      end
    end
    private_class_method :tell_capabilities, :tell_landlock
  end
  private_constant :Confinement
end
