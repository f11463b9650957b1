# frozen_string_literal: true

module Spaces # rubocop:disable Style/Documentation -- spaces.rb has it
  # What a kernel, host and user can do, as {Spaces.features} finds it out.
  class Host
    # One thing that works or does not.
    #
    # @!attribute [r] name
    #   @return [String] "namespace.user", "id_map.newuidmap", "clone3"
    # @!attribute [r] works
    #   @return [Boolean] whether it works
    # @!attribute [r] value
    #   @return [String, nil] what was found
    # @!attribute [r] reason
    #   @return [String, nil] why it does not work
    # @!attribute [r] hint
    #   @return [String, nil] how that can be mended
    Check = Struct.new(:name, :works, :value, :reason, :hint, keyword_init: true) do
      alias_method :works?, :works
    end

    # @return [String] the version of libspaces
    attr_reader :version

    # @return [String] the release of the kernel
    attr_reader :kernel

    # @return [String] the machine, "x86_64"
    attr_reader :machine

    # @return [Integer] the user who was asked for
    attr_reader :uid

    # @return [Integer] that user's group
    attr_reader :gid

    # @return [Array<String>] the effective capabilities
    attr_reader :capabilities

    # @return [Array<Check>] all that was looked at
    attr_reader :checks

    # @api private
    def initialize(json)
      found = JSON.parse(json)
      @version, @kernel, @machine, @uid, @gid, @capabilities =
        found.values_at("version", "kernel", "machine", "uid", "gid", "capabilities")
      @checks = found.fetch("checks").map do |check|
        Check.new(**check.slice(*Check.members.map(&:name)).transform_keys(&:to_sym)
                         .transform_values { |value| value == "" ? nil : value }).freeze
      end.freeze
      freeze
    end
    private_class_method :new

    # @api private
    def self.ask
      new(Raw.host_features)
    end

    # @param name [String, Symbol] the name of a check, "namespace.user"
    # @return [Boolean] whether it works; false for an unknown name
    def works?(name)
      self[name]&.works || false
    end

    # @param name [String, Symbol] the name of a check
    # @return [Check, nil]
    def [](name)
      @checks.find { |check| check.name == name.to_s }
    end
  end

  # Finds out what works here, by trying it where that is needed; it takes some milliseconds.
  #
  #   Spaces.features.works?("namespace.user")   # => true
  #   Spaces.features.checks.reject(&:works?).each { |check| puts "#{check.name}: #{check.hint}" }
  #
  # @return [Host]
  # @raise [Error] what has failed
  def self.features
    Host.ask
  end

  # @return [String] the version of libspaces that is loaded, "1.0.0"
  def self.library_version
    Raw.version_string
  end
end
