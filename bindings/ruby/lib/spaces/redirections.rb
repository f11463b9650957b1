# frozen_string_literal: true

module Spaces
  # Redirections of descriptors, in the words of Process.spawn: `out: "log"`, `[:out, :err] => io`,
  # `err: [:child, :out]`, `3 => io`; and :pipe, a new pipe whose other end is this process'.
  # @api private
  class Redirections
    STREAMS = { in: Raw::SPACES_STDIN, out: Raw::SPACES_STDOUT, err: Raw::SPACES_STDERR }.freeze

    # O_CLOEXEC, as /proc/PID/fdinfo shows it.
    CLOSE_ON_EXEC = 0o2000000

    # What a descriptor of the new process shall be, as `name` in the options says.
    Source = Struct.new(:kind, :value, :name)

    # Takes the redirections out of `options`.
    def self.take(options)
      sources = {}
      options.keys.each do |key| # of a copy, as the options change # rubocop:disable Style/HashEachMethods
        next unless STREAMS.key?(key) || !key.is_a?(Symbol)

        value = options.delete(key)
        next if value.nil?

        targets = (key.is_a?(Array) ? key : [key]).map { |target| descriptor(target, "redirection") }
        source = source(targets, value, name_of(key))
        targets.each { |target| sources[target] = source }
      end
      new(sources)
    end

    def self.name_of(key)
      key.is_a?(Symbol) ? key.name : key.inspect
    end

    # The number of a descriptor that is named as Process.spawn does.
    def self.descriptor(value, name)
      number = STREAMS.fetch(value) { value.respond_to?(:to_io) ? value.to_io.fileno : value }
      unless number.is_a?(Integer)
        Check.refuse(ArgumentError, name, value, "a descriptor, :in, :out, :err or an IO is needed")
      end
      Check.number(name, number, Check::INT)
    end

    def self.source(targets, value, name)
      case value
      when :close, :pipe then Source.new(value, nil, name)
      when Array then array_source(targets, value, name)
      when Symbol, Integer, IO then Source.new(:descriptor, value, name)
      else
        return Source.new(:descriptor, value, name) if value.respond_to?(:to_io)

        file_source(targets, [value], name)
      end
    end

    def self.array_source(targets, value, name)
      return file_source(targets, value, name) unless value.first == :child

      Check.refuse(ArgumentError, name, value, "[:child, descriptor] is needed") unless value.size == 2
      Source.new(:child, descriptor(value.last, name), name)
    end

    # A path, and the mode and permissions for File.open; without a mode, as Process.spawn has it.
    def self.file_source(targets, value, name)
      path, mode, permissions = value
      what = "[path, mode, permissions] is needed"
      Check.refuse(ArgumentError, name, value, what) unless value.size.between?(1, 3)
      mode ||= targets.any? { |target| [1, 2].include?(target) } ? "w" : "r"
      Source.new(:file, [Check.path(name, path), mode, permissions || 0o666], name)
    end
    private_class_method :name_of, :source, :array_source, :file_source

    # @param sources [Hash{Integer => Source}] by the descriptor of the new process
    def initialize(sources)
      @sources = sources
    end

    # The standard streams that are pipes: numbers.
    def pipes
      @sources.select { |target, source| source.kind == :pipe && !merged?(target) }.keys
    end

    # Whether something is said of this descriptor of the new process.
    def given?(target)
      @sources.key?(target)
    end

    def streams?
      @sources.any? { |target, _| target <= 2 }
    end

    # Refuses what a block cannot have, which keeps all descriptors of this process anyway.
    def refuse_for_block
      target, source = @sources.find { |number, _| number > 2 }
      return unless target

      raise ArgumentError, "#{source.name}: a block has every descriptor of this process; only in, " \
                           "out and err can be redirected"
    end

    # Tells the Spec. With `dry`, no file is opened or made.
    # @return [Array<File>] what was opened for it, to be closed when the process has started
    def apply(spec, dry: false)
      opened = {}
      @sources.each do |target, source|
        connect(spec, target, resolve(target, source), opened, dry)
      end
      opened.values
    rescue Exception # whatever it is # rubocop:disable Lint/RescueException
      opened&.each_value(&:close)
      raise
    end

    # Passes on what is not close-on-exec, as Process.spawn does.
    def inherit_others(spec)
      Dir.children("/proc/self/fd").map(&:to_i).each do |number|
        next if number <= 2 || @sources.key?(number)

        flags = File.read("/proc/self/fdinfo/#{number}")[/^flags:\s*(\d+)/, 1].oct
        spec.add_fd(number, number) if (flags & CLOSE_ON_EXEC).zero?
      rescue Errno::ENOENT
        nil # that of the directory itself
      end
    end

    private

    # One pipe for both streams is a pipe for the first.
    def merged?(target)
      target == 2 && @sources[1] && @sources[1].equal?(@sources[2])
    end

    # Follows [:child, descriptor].
    def resolve(target, source)
      seen = [target]
      while source.kind == :child
        target = source.value
        circle = seen.include?(target)
        raise ArgumentError, "#{source.name}: these redirections go round in a circle" if circle

        seen << target
        source = @sources[target] || Source.new(:descriptor, target, source.name)
      end
      return source unless source.kind == :pipe && seen.size > 1
      return Source.new(:stdout, nil, source.name) if seen == [2, 1]

      raise ArgumentError, "#{source.name}: only err can go where out goes when that is a pipe"
    end

    def connect(spec, target, source, opened, dry)
      case source.kind
      when :close then close(target, source)
      when :pipe then connect_pipe(spec, target, source)
      when :stdout then spec.set_stdio(target, Raw::SPACES_STDIO_STDOUT)
      when :file then connect_file(spec, target, source, opened, dry)
      when :descriptor
        number = self.class.descriptor(source.value, source.name)
        check_open(number, source.name)
        connect_descriptor(spec, target, number)
      end
    end

    # As Process.spawn, but with the name of the redirection.
    def check_open(number, name)
      IO.for_fd(number, autoclose: false)
    rescue Errno::EBADF
      raise Errno::EBADF, "#{name}: descriptor #{number} is not open"
    rescue Errno::EINVAL
      nil # it is open, for writing only
    end

    # Other descriptors than those that are passed on are closed anyway.
    def close(target, source)
      return if target > 2

      raise ArgumentError,
            "#{source.name}: :close: a process without a standard stream is not to be had; use File::NULL"
    end

    def connect_pipe(spec, target, source)
      raise ArgumentError, "#{source.name}: :pipe is for in, out and err; use IO.pipe" if target > 2

      spec.set_stdio(target, merged?(target) ? Raw::SPACES_STDIO_STDOUT : Raw::SPACES_STDIO_PIPE)
    end

    def connect_file(spec, target, source, opened, dry)
      path, mode, permissions = source.value
      if dry && target <= 2
        return spec.set_stdio_file(target, path, mode.is_a?(String) && mode.start_with?("a"))
      end

      file = dry ? File.open(File::NULL) : File.open(path, mode, permissions)
      opened[source] ||= file
      file.close unless opened[source].equal?(file)
      connect_descriptor(spec, target, opened[source].fileno)
    end

    def connect_descriptor(spec, target, number)
      target <= 2 ? spec.set_stdio_fd(target, number) : spec.add_fd(number, target)
    end
  end
  private_constant :Redirections
end
