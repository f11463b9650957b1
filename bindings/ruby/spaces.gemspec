# frozen_string_literal: true

require_relative "lib/spaces/version"

Gem::Specification.new do |spec|
  spec.name = "spaces"
  spec.version = Spaces::VERSION
  spec.summary = "Linux containers with the interface of Process.spawn and of blocks"
  spec.description = <<~TEXT
    Runs commands and blocks in namespaces of their own: Linux containers as a library call, as root or as an ordinary
    user, without a daemon. It stands on libspaces, which must be installed.
  TEXT
  spec.authors = ["The libspaces authors"]
  spec.homepage = "https://github.com/Friz-zy/pyspaces"
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.1"
  spec.platform = Gem::Platform::RUBY

  spec.files = Dir.chdir(__dir__) do
    Dir["lib/**/*.rb", "sig/**/*.rbs", "ext/**/*.{c,rb}", "README.md", "LICENSE", ".yardopts"]
  end
  spec.extensions = ["ext/spaces/extconf.rb"]
  spec.extra_rdoc_files = ["README.md"]
  spec.metadata = {
    "source_code_uri" => spec.homepage,
    "changelog_uri" => "#{spec.homepage}/blob/HEAD/CHANGELOG.md",
    "documentation_uri" => "#{spec.homepage}/blob/HEAD/docs/ruby.md",
    "rubygems_mfa_required" => "true"
  }
end
