# frozen_string_literal: true

module Spaces
  # What a process finds mounted, made and hidden in its file system: the keywords, what may be given for
  # each, and how libspaces is told.
  # @api private
  module Files
    FILE_MODE = 0o644
    DIRECTORY_MODE = 0o755
    DEVICE_MODE = 0o666
    # The library leaves the owner as it comes.
    ANY_OWNER = (2**32) - 1
    OCI_MOUNT = %w[source destination type options].freeze
    OCI_DEVICE = %w[path type major minor fileMode uid gid].freeze

    def self.mounts(name, value)
      Check.list(name, value, "mounts").each_with_index.map { |mount, i| mount("#{name}[#{i}]", mount) }
    end

    # From the words of OCI, or [source, target, type, options] where no type means a bind mount.
    def self.mount(name, mount)
      if mount.is_a?(Hash)
        words = mount.transform_keys(&:to_s)
        unknown = words.keys - OCI_MOUNT
        Check.refuse(ArgumentError, name, unknown.first, "a mount has no such member") unless unknown.empty?
        mount = words.values_at(*OCI_MOUNT)
      end
      fits = mount.is_a?(Array) && mount.size.between?(2, 4)
      Check.refuse(ArgumentError, name, mount, "[source, target, type, options] is needed") unless fits
      source, target, type, options = mount
      [source && Check.path("#{name} source", source), Check.path("#{name} destination", target),
       type ? Check.text("#{name} type", type) : "bind", mount_options("#{name} options", options)]
    end

    def self.mount_options(name, options)
      return options if options.nil?

      Array(options).map { |word| Check.text(name, word, empty: true) }.join(",")
    end

    def self.mode(name, value)
      Check.number(name, value, 0..0o7777) { |mode| format("%#o", mode) }
    end

    # From { path => content } or { path => [content, mode] }.
    def self.files(name, value)
      Check.hash(name, value, "paths to contents").to_h do |path, given|
        entry = "#{name}[#{path.inspect}]"
        content, mode = pair = given.is_a?(Array) ? given : [given, FILE_MODE]
        Check.refuse(ArgumentError, entry, given, "a String or [content, mode] is needed") if pair.size != 2
        text = String.try_convert(content)
        Check.refuse(TypeError, entry, content, "a String or [content, mode] is needed") unless text
        [Check.path("#{name} key", path), [text, mode(entry, mode)]]
      end
    end

    # From a list of paths, or { path => mode }.
    def self.directories(name, value)
      modes = Hash.try_convert(value)
      return paths(name, value).to_h { |path| [path, DIRECTORY_MODE] } unless modes

      modes.to_h do |path, mode|
        [Check.path("#{name} key", path), mode("#{name}[#{path.inspect}]", mode)]
      end
    end

    def self.symlinks(name, value)
      Check.hash(name, value, "paths to targets").to_h do |path, target|
        [Check.path("#{name} key", path), Check.path("#{name}[#{path.inspect}]", target)]
      end
    end

    def self.paths(name, value)
      return [Check.path(name, value)] if value.is_a?(String) || value.respond_to?(:to_path)

      Check.list(name, value, "paths").each_with_index.map { |path, i| Check.path("#{name}[#{i}]", path) }
    end

    def self.devices(name, value)
      Check.list(name, value, "devices").each_with_index.map { |device, i| device("#{name}[#{i}]", device) }
    end

    # One of the caller's, as a path or [source, path], or any in the words of OCI: the setter, and what it is
    # called with.
    def self.device(name, device)
      return [:add_device, *numbers(name, device)] if device.is_a?(Hash)

      source, path = pair = device.is_a?(Array) ? device : [device, nil]
      Check.refuse(ArgumentError, name, device, "a path or [source, path] is needed") if pair.size != 2
      [:add_host_device, Check.path(name, source), path && Check.path(name, path)]
    end

    def self.numbers(name, device)
      words = Check.members(name, device, OCI_DEVICE)
      number = lambda do |member, otherwise|
        Check.number("#{name} #{member}", words.fetch(member, otherwise), Check::ANY_ID)
      end
      [Check.path("#{name} path", words["path"]), Check.text("#{name} type", words["type"]),
       number["major", 0], number["minor", 0], mode("#{name} fileMode", words.fetch("fileMode", DEVICE_MODE)),
       number["uid", ANY_OWNER], number["gid", ANY_OWNER]]
    end
    private_class_method :mount_options, :mode, :device, :numbers

    CHECKS = {
      mounts: method(:mounts),
      propagation: Check.method(:text),
      default_mounts: Check.method(:switch),
      mount_proc: Check.method(:switch),
      files: method(:files),
      directories: method(:directories),
      symlinks: method(:symlinks),
      devices: method(:devices),
      default_devices: Check.method(:switch),
      masked_paths: method(:paths),
      readonly_paths: method(:paths)
    }.freeze

    # What a setter of the same name takes as it is.
    PLAIN = %i[propagation default_mounts mount_proc default_devices].freeze

    def self.tell(spec, options)
      PLAIN.each { |name| spec.public_send(:"set_#{name}", options[name]) if options.key?(name) }
      options.fetch(:mounts, []).each { |mount| spec.add_mount(*mount) }
      options.fetch(:devices, []).each { |setter, *values| spec.public_send(setter, *values) }
      # Directories first: files and links may be in them.
      options.fetch(:directories, {}).each { |path, mode| spec.add_directory(path, mode) }
      options.fetch(:files, {}).each { |path, (content, mode)| spec.add_file(path, content, mode) }
      options.fetch(:symlinks, {}).each { |path, target| spec.add_symlink(path, target) }
      options.fetch(:masked_paths, []).each { |path| spec.add_masked_path(path) }
      options.fetch(:readonly_paths, []).each { |path| spec.add_readonly_path(path) }
    end
  end
  private_constant :Files
end
