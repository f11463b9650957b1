# frozen_string_literal: true

module Spaces
  # What is to be started, and from there to the Spec of libspaces.
  # @api private
  class Launch
    # @return [Hash{Symbol => Object}] the options as they are used
    attr_reader :options

    # @return [Redirections]
    attr_reader :redirections

    # @param given [Hash] the keywords of the caller
    # @param command [Command, nil] what to run; nil for a block
    # @param target [Object] for Inject: the process whose namespaces are joined
    def initialize(given, command: nil, target: nil)
      given = given.dup
      @command = command
      @target = target
      @redirections = Redirections.take(given)
      more = command ? { unsetenv_others: Options::SWITCH, close_others: Options::SWITCH } : {}
      @options = Options.check(given, **more)
      @choices = Namespaces.take(@options.slice(:all, *Namespaces::BY_NAME.keys))
      command ? check_command : @redirections.refuse_for_block
      return unless @options[:terminal] && @redirections.streams?

      raise ArgumentError,
            "terminal: the standard streams are the terminal then; in, out and err are not to be given"
    end

    # Calls the block with the Spec, which is given back at the end of it.
    def with_spec(dry: false)
      spec = Raw.spec_new
      fill(spec)
      opened = @redirections.apply(spec, dry: dry)
      yield spec
    ensure
      opened&.each(&:close)
      Raw.delete_spec(spec) if spec
    end

    def explain(json: false)
      with_spec(dry: true) do |spec|
        spec.explain(json ? Raw::SPACES_EXPLAIN_JSON : Raw::SPACES_EXPLAIN_TEXT)
      end
    end

    private

    def check_command
      return unless @command.argv.empty? && !@options[:spec]

      raise ArgumentError,
            "a command is needed, such as Spaces.spawn(\"ls\", \"-l\"); Container.new { } runs a block"
    end

    def fill(spec)
      spec.load_json(@options[:spec]) if @options[:spec]
      spec.confine(@options[:confine]) if @options[:confine] # which the others change further
      @command ? set_command(spec) : spec.set_inherit_signals(true) # Ruby goes on, and needs its handlers
      set_id_maps(spec)
      set_namespaces(spec)
      set_file_system(spec)
      set_process(spec)
      [Confinement, Scheduling, Resources].each { |concern| concern.tell(spec, @options) }
      @redirections.inherit_others(spec) if @options[:close_others] == false
    end

    def set_command(spec)
      spec.set_args(@command.argv) unless @command.argv.empty?
      spec.set_executable(@command.executable) if @command.executable
      if @options[:unsetenv_others]
        spec.clear_env
      elsif !@options[:spec] && !@options[:confine] # which say themselves what is inherited
        spec.freeze_env
      end
      @command.env.each { |name, value| value ? spec.set_env(name, value) : spec.unset_env(name) }
    end

    def set_id_maps(spec)
      uids, gids = @options.values_at(:uid_map, :gid_map)
      spec.set_uid_map(uids) if uids
      spec.set_gid_map(gids) if gids
      @mapped = uids || gids
    end

    # A map is for a new user namespace, unless something else is said of that.
    def set_namespaces(spec)
      choices = @choices.dup
      choices[Raw::SPACES_NAMESPACE_USER] = true if @mapped && !@target && !@options[:spec] && !user_chosen?
      choices = join_target(spec, choices) if @target
      unshared = choices.sum { |bit, value| value == true ? bit : 0 }
      spec.unshare(unshared) unless unshared.zero?
      Namespaces::KINDS.each do |kind|
        value = choices[kind.bit]
        choose(spec, kind, value) unless value.nil? || value == true
      end
      mounts = choices[Raw::SPACES_NAMESPACE_MOUNT]
      @own_mounts = mounts == true || @options.key?(:spec) || (mounts.nil? && @options.key?(:confine))
    end

    def user_chosen?
      @choices.key?(Raw::SPACES_NAMESPACE_USER)
    end

    # Here true is for the namespace of the other process, and nothing for all in which it differs.
    def join_target(spec, choices)
      pid = Check.pid("pid", @target)
      others = choices.reject { |_, value| value == true }
      wanted = choices.sum { |bit, value| value == true ? bit : 0 }
      wanted = Raw::SPACES_NAMESPACE_ALL if wanted.zero? && others.values.none?
      wanted &= ~others.keys.sum
      all = wanted == Raw::SPACES_NAMESPACE_ALL & ~others.keys.sum
      bits = all ? 0 : wanted & Namespaces.differing(pid)
      spec.join_pid(pid, bits) if all || !bits.zero? # 0: all that differ when it is started
      others
    end

    def choose(spec, kind, value)
      case value
      when false then spec.share(kind.bit)
      when Integer then spec.join_pid(Check.pid(kind.name, value), kind.bit)
      else join(spec, kind, value)
      end
    end

    CHOICE = "true, false, a path, an open file or a process is needed"
    private_constant :CHOICE

    def join(spec, kind, value)
      if value.is_a?(IO)
        spec.join_fd(kind.bit, value.fileno)
      elsif value.respond_to?(:pid)
        spec.join_pid(Check.pid(kind.name, value), kind.bit)
      elsif value.is_a?(String) || value.respond_to?(:to_path)
        spec.join_path(kind.bit, Check.path(kind.name, value))
      else
        Check.refuse(TypeError, kind.name, value, CHOICE)
      end
    end

    def set_file_system(spec)
      set_root(spec)
      Files.tell(spec, @options)
      spec.set_cwd(@options[:chdir]) if @options[:chdir]
    end

    def set_root(spec)
      root, system_root, readonly = @options.values_at(:root, :system_root, :readonly)
      raise ArgumentError, "system_root: this takes the place of root; choose one" if root && system_root

      if root
        spec.set_root(root, readonly)
        # In a mount namespace that is not the process' own, others would be moved too.
        spec.set_chroot(true) if !@own_mounts || @options[:pivot_root] == false
      elsif system_root
        spec.set_system_root(readonly ? true : false)
      elsif readonly
        raise ArgumentError, "readonly: this is about the root directory, and needs root"
      end
    end

    def set_process(spec)
      Options::PLAIN.each_key do |name|
        spec.public_send(:"set_#{name}", @options[name]) if @options.key?(name)
      end
      (@options[:rlimits] || {}).each { |name, limits| spec.set_rlimit(name, *limits) }
      (@options[:time_offsets] || {}).each do |clock, offset|
        spec.set_time_offset(clock, *(offset * 1_000_000_000).round.divmod(1_000_000_000))
      end
      spec.set_process_group(@options[:pgroup]) if @options[:pgroup]
      spec.set_terminal_size(*@options[:terminal_size]) if @options[:terminal_size]
      set_time_limit(spec)
    end

    def set_time_limit(spec)
      limit, grace = @options.values_at(:time_limit, :time_limit_grace)
      if limit
        spec.set_time_limit([1, (limit * 1000).round].max, ((grace || 5) * 1000).round)
      elsif grace
        raise ArgumentError,
              "time_limit_grace: this begins when the time limit is reached, and needs time_limit"
      end
    end
  end
  private_constant :Launch
end
