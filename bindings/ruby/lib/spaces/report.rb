# frozen_string_literal: true

module Spaces
  # What the block of a container has come to, on its way through a pipe: its value, or the exception that it
  # raised. Length first, then what Marshal writes.
  # @api private
  class Report
    LENGTH = "Q>"
    LENGTH_SIZE = 8

    # An exception as data, which can be read even where the exception itself cannot be loaded.
    Failure = Struct.new(:class_name, :message, :backtrace, :dump, :cause) do
      def self.of(error)
        new(error.class.name || error.class.inspect, error.message, error.backtrace, dump(error),
            error.cause && of(error.cause))
      end

      def self.dump(error)
        Marshal.dump(error)
      rescue StandardError
        nil
      end
      private_class_method :dump

      def to_exception
        error = load || RemoteError.new(class_name, message)
        error.set_backtrace(backtrace) if backtrace
        begin
          raise error, cause: cause&.to_exception
        rescue Exception => error # it is an Exception that the block raised # rubocop:disable Lint/RescueException
          error
        end
      end

      private

      def load
        error = dump && Marshal.load(dump) # rubocop:disable Security/MarshalLoad
        error if error.is_a?(Exception)
      rescue StandardError
        nil
      end
    end

    class << self
      # In the container: the block has returned.
      def send_value(writer, value)
        send(writer, Marshal.dump([:value, value]))
      rescue TypeError, ArgumentError => error # as Marshal says of what it cannot write
        send(writer, Marshal.dump([:unsendable, "#{value.class}: #{error.message}"]))
      end

      # In the container: the block has raised an exception.
      def send_exception(writer, error)
        send(writer, Marshal.dump([:exception, Failure.of(error)]))
      end

      private

      def send(writer, text)
        writer.write([text.bytesize].pack(LENGTH), text)
        writer.close
      rescue Errno::EPIPE
        nil # nobody wants to know
      end
    end

    def initialize(reader)
      @reader = reader
      @text = String.new(encoding: Encoding::BINARY)
      @lock = Thread::Mutex.new
    end

    # The descriptor to wait for while more may come, else nil.
    def fileno
      @reader.fileno unless @reader.closed?
    rescue IOError # another thread was faster
      nil
    end

    # Reads what there is. With `last`, the process has ended, and nothing more can come.
    def read(last: false)
      @lock.synchronize do
        return if @reader.closed?

        more = true
        while more && !complete?
          chunk = @reader.read_nonblock(1 << 16, exception: false)
          more = chunk.is_a?(String)
          @text << chunk if more
        end
        @reader.close if last || chunk.nil? || complete?
      end
    end

    # Whether the block has come to an end at all: not if it was killed, or made another program of itself.
    def complete?
      @text.bytesize >= LENGTH_SIZE && @text.bytesize >= LENGTH_SIZE + @text.unpack1(LENGTH)
    end

    # The exception that the block raised, or nil.
    def exception
      contents if @exception.nil?
      @exception || nil
    end

    # The value that the block returned.
    def value
      kind, value = contents
      return value unless kind == :unsendable

      raise TypeError, "the value of the block cannot be sent from the container: #{value}"
    end

    private

    def contents
      @contents ||= begin
        kind, value = Marshal.load(@text.byteslice(LENGTH_SIZE..)) # rubocop:disable Security/MarshalLoad
        @exception = kind == :exception && value.to_exception
        [kind, value]
      end
    end
  end
  private_constant :Report
end
