# frozen_string_literal: true

module Spaces
  # The kinds of namespaces, as keywords and as bits.
  # @api private
  module Namespaces
    # `name` is that of the file in /proc/PID/ns and of the keyword, `other_name` is what OCI calls it.
    Kind = Struct.new(:name, :other_name, :bit)

    # In the order in which they are joined. The user namespace comes first, since its privileges may be
    # needed to join the others; the mount namespace comes last, since the others may be named by paths.
    KINDS = [
      Kind.new(:user, :user, Raw::SPACES_NAMESPACE_USER),
      Kind.new(:cgroup, :cgroup, Raw::SPACES_NAMESPACE_CGROUP),
      Kind.new(:ipc, :ipc, Raw::SPACES_NAMESPACE_IPC),
      Kind.new(:uts, :uts, Raw::SPACES_NAMESPACE_UTS),
      Kind.new(:net, :network, Raw::SPACES_NAMESPACE_NETWORK),
      Kind.new(:pid, :pid, Raw::SPACES_NAMESPACE_PID),
      Kind.new(:time, :time, Raw::SPACES_NAMESPACE_TIME),
      Kind.new(:mnt, :mount, Raw::SPACES_NAMESPACE_MOUNT)
    ].freeze

    BY_NAME = KINDS.flat_map { |kind| [[kind.name, kind], [kind.other_name, kind]] }.to_h.freeze

    module_function

    # Takes the keywords of namespaces out of `options`: choices by the bit of their kind.
    def take(options)
      choices = {}
      KINDS.each { |kind| choices[kind.bit] = true } if options.delete(:all)
      given = {}
      BY_NAME.each do |name, kind|
        next unless options.key?(name)

        value = options.delete(name)
        next if value.nil?

        if given.key?(kind) && given[kind] != value
          raise ArgumentError,
                "#{name}: #{kind.name} and #{kind.other_name} are the same, and contradict each other"
        end

        given[kind] = choices[kind.bit] = value
      end
      choices
    end

    def same?(*files)
      one, other = files.map { |file| File.stat(file) }
      [one.dev, one.ino] == [other.dev, other.ino]
    end
    private_class_method :same?

    # The bits of all kinds in which a process, or those that it stands by for, are in another namespace than
    # the calling thread. One that cannot be looked at counts: to join it will say why not.
    def differing(pid)
      KINDS.sum do |kind|
        files = kind.name == :pid ? %w[pid pid_for_children] : [kind.name]
        own = "/proc/thread-self/ns/#{kind.name}"
        files.all? { |file| same?("/proc/#{pid}/ns/#{file}", own) } ? 0 : kind.bit
      rescue Errno::ENOENT
        0 # a kind that the kernel lacks, or no such process
      rescue Errno::EACCES
        kind.bit
      end
    end
  end
  private_constant :Namespaces
end
