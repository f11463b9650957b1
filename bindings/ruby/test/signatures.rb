# frozen_string_literal: true

# The signatures in sig/ are valid RBS, and tell of every public method and of no other: signatures.rb

begin
  require "rbs"
rescue LoadError
  puts "skipped: there is no gem rbs, which comes with Ruby"
  exit 77
end
require "spaces"

loader = RBS::EnvironmentLoader.new
loader.add(path: Pathname("#{__dir__}/../sig"))
environment = RBS::Environment.from_loader(loader).resolve_type_names
builder = RBS::DefinitionBuilder.new(env: environment)

def own(methods, name)
  methods.select { |_, method| method.defined_in.to_s.start_with?("::#{name}") }
         .select { |_, method| method.accessibility == :public }.keys
end

def differences(what, real, signed)
  (real - signed).map { |method| "#{what}#{method} has no signature" } +
    (signed - real).map { |method| "#{what}#{method} does not exist" }
end

modules = Spaces.constants.map { |name| Spaces.const_get(name) }.grep(Module)
wrong = modules.flat_map do |type|
  name = RBS::TypeName.new(name: type.name.split("::").last.to_sym,
                           namespace: RBS::Namespace.parse("::Spaces"))
  instance = builder.build_instance(name)
  instance.each_type { |used| builder.validate_type_presence(used) }
  real = type.public_instance_methods(false)
  signed = own(instance.methods, type.name).select do |m|
    instance.methods[m].defined_in.to_s == "::#{type.name}"
  end
  differences("#{type}#", real, signed - [:initialize])
end
singleton = builder.build_singleton(RBS::TypeName.new(name: :Spaces, namespace: RBS::Namespace.root))
wrong += differences("Spaces.", Spaces.singleton_methods(false), own(singleton.methods, "Spaces"))

abort wrong.join("\n") unless wrong.empty?
puts "the signatures fit #{modules.size} classes and modules"
