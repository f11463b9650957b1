# frozen_string_literal: true

module Spaces
  # What all failures that libspaces reports have in common: which step failed on which object, in which
  # system call, with which errno, and how it can be mended.
  #
  # It is a module, as IO::WaitReadable is, so that each failure can also be of the class that a Rubyist
  # rescues: what is wrong in the arguments is an ArgumentError, lack of memory a NoMemoryError, and
  # everything else a SystemCallError, for which `rescue Errno::ENOENT` and `rescue Errno::EPERM` work as they
  # do for File and Process, since Ruby compares the errno.
  #
  #   begin
  #     Spaces.spawn("prog", all: true)
  #   rescue Errno::ENOENT
  #     # there is no such program
  #   rescue Spaces::UnsupportedError => error
  #     warn error.hint
  #   rescue Spaces::Error => error
  #     warn "#{error.step} of #{error.object}: #{error.message}"
  #   end
  #
  # There is one class for each code of libspaces: InvalidError, SystemError, SetupError, UnsupportedError,
  # NotFoundError, ExistsError, StateError, TimeoutError and MemoryError.
  module Error
    # @return [Symbol] the kind of failure: :invalid, :system, :setup, :unsupported, :not_found, :exists,
    #   :state, :timeout or :no_memory
    attr_reader :code

    # @return [Integer, nil] the errno of the system call that failed; where none did, the one that fits the
    #   code
    attr_reader :errno

    # @return [String] what was being done, one short stable word: "mount", "pivot_root", "exec"
    attr_reader :step

    # @return [Integer, nil] the position of that step among those that `explain` lists
    attr_reader :index

    # @return [String] what it was done to: a path, a namespace, an option; may be empty
    attr_reader :object

    # @return [String, nil] the name of the system call that failed
    attr_reader :system_call

    # @return [String, nil] how it can be mended, where libspaces knows
    attr_reader :hint

    # The exception for a spaces_error; called by the raw module.
    # @api private
    def self.from_library(code, errno, index, step, object, system_call, message, hint)
      kind = KINDS.fetch(code) { KINDS.fetch(Raw::SPACES_ESYSTEM) }
      text = hint.empty? ? message : "#{message} (#{hint})"
      kind.error_class.allocate.tap do |error|
        error.send(:fill, text, code: kind.name, errno: errno.zero? ? kind.errno : errno,
                                index: index.negative? ? nil : index, step: step, object: object,
                                system_call: presence(system_call), hint: presence(hint))
      end
    end

    def self.presence(text)
      text.empty? ? nil : text
    end
    private_class_method :presence

    private

    # SystemCallError#initialize would put the text of an errno before the message, which has it already.
    def fill(text, **details)
      Exception.instance_method(:initialize).bind_call(self, text)
      details.each { |name, value| instance_variable_set(:"@#{name}", value) }
    end
  end

  # A failure with an errno.
  # @api private
  class CallError < SystemCallError
    include Error

    # `rescue` with one of these classes is about the class; with one of Errno it is about the errno.
    def self.===(exception)
      exception.is_a?(self)
    end
  end
  private_constant :CallError

  # An argument or option is wrong: mend the program.
  class InvalidError < ArgumentError
    include Error
  end

  # A system call failed in this process.
  class SystemError < CallError; end

  # A step failed in the new process, which is gone then, with all it had made.
  class SetupError < CallError; end

  # This kernel, host or build of libspaces cannot do it.
  class UnsupportedError < CallError; end

  # What was named does not exist.
  class NotFoundError < CallError; end

  # What was to be made exists already.
  class ExistsError < CallError; end

  # It is not possible in the present state, such as to ask for the end of what was not started.
  class StateError < CallError; end

  # The time given was over first.
  class TimeoutError < CallError; end

  # Out of memory.
  class MemoryError < NoMemoryError
    include Error
  end

  module Error # rubocop:disable Style/Documentation -- above
    Kind = Struct.new(:name, :error_class, :errno)
    private_constant :Kind

    # What each code of libspaces is in Ruby, with the errno for a failure in which no system call took part.
    KINDS = {
      Raw::SPACES_EINVALID => Kind.new(:invalid, InvalidError, Errno::EINVAL::Errno),
      Raw::SPACES_ESYSTEM => Kind.new(:system, SystemError, nil),
      Raw::SPACES_ESETUP => Kind.new(:setup, SetupError, nil),
      Raw::SPACES_EUNSUPPORTED => Kind.new(:unsupported, UnsupportedError, Errno::EOPNOTSUPP::Errno),
      Raw::SPACES_ENOTFOUND => Kind.new(:not_found, NotFoundError, Errno::ENOENT::Errno),
      Raw::SPACES_EEXISTS => Kind.new(:exists, ExistsError, Errno::EEXIST::Errno),
      Raw::SPACES_ESTATE => Kind.new(:state, StateError, Errno::EBUSY::Errno),
      Raw::SPACES_ETIMEOUT => Kind.new(:timeout, TimeoutError, Errno::ETIMEDOUT::Errno),
      Raw::SPACES_ENOMEMORY => Kind.new(:no_memory, MemoryError, Errno::ENOMEM::Errno)
    }.freeze
    private_constant :KINDS

    # A StateError that this package finds itself.
    # @api private
    def self.state(object, message, hint = "")
      from_library(Raw::SPACES_ESTATE, 0, -1, "state", object, "", message, hint)
    end
  end

  # A process did not end well: it exited with another status than 0, or was ended by a signal.
  class ExitError < StandardError
    # @return [Result] how it ended
    attr_reader :result

    # @param result [Result] how it ended
    # @param what [String] what has ended so
    def initialize(result, what = "the container")
      @result = result
      super("#{what} ended with #{result.ending}")
    end
  end

  # The block of a container raised an exception that cannot be made again here: its class is not known in
  # this process, or it holds what Marshal cannot write.
  class RemoteError < StandardError
    # @return [String] the name of the exception's class
    attr_reader :class_name

    # @param class_name [String] the name of the exception's class
    # @param message [String] its message
    def initialize(class_name, message)
      @class_name = class_name
      super("#{class_name}: #{message}")
    end
  end
end
