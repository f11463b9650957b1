# frozen_string_literal: true

module Spaces
  # When, where and as what machine a process runs, and kernel parameters of its namespaces: the keywords,
  # what may be given for each, and how libspaces is told.
  # @api private
  module Scheduling
    # From "fifo:50" or ["fifo", 50] to the kernel's word and the number.
    def self.word_and_number(name, value, prefix, range, like)
      word, number = pair = value.is_a?(Array) ? value : Check.text(name, value).split(":", -1)
      number = number.to_i if value != pair && /\A\d+\z/.match?(number)
      fits = pair.size.between?(1, 2) && (pair.size == 1 || number.is_a?(Integer))
      Check.refuse(ArgumentError, name, value, "it is like #{like}") unless fits
      word = Check.text(name, word).upcase
      [word.start_with?(prefix) ? word : prefix + word, Check.number(name, number || 0, range)]
    end

    def self.scheduler(name, value)
      word_and_number(name, value, "SCHED_", 0..99, '"fifo:50" or "batch"')
    end

    def self.io_priority(name, value)
      word_and_number(name, value, "IOPRIO_CLASS_", 0..7, '"be:4" or "idle"')
    end

    # A list of CPUs as text, "0-3,7", or as numbers.
    def self.cpu_affinity(name, value)
      return Check.text(name, value) if String.try_convert(value)

      endless = value.is_a?(Range) && !(value.begin.is_a?(Integer) && value.end.is_a?(Integer))
      if !value.is_a?(Enumerable) || endless
        Check.refuse(TypeError, name, value, "a String like \"0-3,7\" or an Array of numbers is needed")
      end
      cpus = value.each_with_index.map { |cpu, i| Check.number("#{name}[#{i}]", cpu, Check::INT) }
      Check.refuse(ArgumentError, name, value, "a CPU is needed") if cpus.empty?
      cpus.join(",")
    end

    def self.personality(name, value)
      Check.text(name, value).upcase
    end

    def self.sysctl(name, value)
      Check.hash(name, value, "names to values").to_h do |parameter, setting|
        entry = "#{name}[#{parameter.inspect}]"
        setting = setting.to_s if setting.is_a?(Integer)
        [Check.text("#{name} key", parameter), Check.text(entry, setting, empty: true)]
      end
    end
    private_class_method :word_and_number

    CHECKS = {
      nice: ->(name, value) { Check.number(name, value, -20..19) },
      scheduler: method(:scheduler),
      io_priority: method(:io_priority),
      cpu_affinity: method(:cpu_affinity),
      personality: method(:personality),
      sysctl: method(:sysctl)
    }.freeze

    def self.tell(spec, options)
      if options.key?(:scheduler) || options.key?(:nice)
        policy, priority = options.fetch(:scheduler, ["SCHED_OTHER", 0])
        spec.set_scheduler(policy, options.fetch(:nice, 0), priority)
      end
      spec.set_io_priority(*options[:io_priority]) if options[:io_priority]
      spec.set_cpu_affinity(options[:cpu_affinity]) if options[:cpu_affinity]
      spec.set_personality(options[:personality]) if options[:personality]
      options.fetch(:sysctl, {}).each { |name, value| spec.set_sysctl(name, value) }
    end
  end
  private_constant :Scheduling
end
