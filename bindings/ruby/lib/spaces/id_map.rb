# frozen_string_literal: true

module Spaces
  # Id maps of user namespaces: from what people write to the text that libspaces reads.
  # @api private
  module IdMap
    module_function

    # The map as text, or nil where none is asked for.
    def text(name, value)
      case value
      when nil, false then nil
      when true then "root"
      when Integer then id(name, value)
      when String then stripped(name, value)
      when Array then list(name, value)
      else
        Check.refuse(TypeError, name, value, "true, an id, a String or an Array is needed")
      end
    end

    def list(name, value)
      entries = value.map { |item| entry(name, item) }
      Check.refuse(ArgumentError, name, value, "the map is empty, and nil is for no map") if entries.empty?
      if entries.any? { |text| text.include?(" ") }
        # Where ranges are spelled out, a lone id has its place in the list as its id inside.
        entries = entries.each_with_index.map { |text, i| text.include?(" ") ? text : "#{i} #{text} 1" }
      end
      entries.join(",")
    end

    def entry(name, item)
      case item
      when String then stripped(name, item)
      when Array
        Check.refuse(ArgumentError, name, item, "[inside, outside, count] is needed") unless item.size == 3
        item.map { |number| id(name, number) }.join(" ")
      else id(name, item)
      end
    end

    def stripped(name, text)
      Check.refuse(ArgumentError, name, text, "the map is empty, and nil is for no map") if text.strip.empty?
      text.strip
    end

    def id(name, number)
      Check.number(name, number, 0..0xFFFFFFFF).to_s
    end
    private_class_method :list, :entry, :stripped, :id
  end
  private_constant :IdMap
end
