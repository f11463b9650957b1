# frozen_string_literal: true

# One start and wait from Ruby, beside what the language itself does without isolation.
#
# start.rb SAMPLES PROGRAM: with the gem spaces on the load path. It prints as spaces-bench does.

require "spaces"

# One way to do it, compared with the contender `base`, whose time it may exceed by `at_most` ms.
Contender = Struct.new(:name, :base, :at_most, :run)

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)
end

# Sorted times in ms, each contender once in every round, in an order of its own.
def measure(contenders, samples)
  times = contenders.map { [] }
  (-[samples, 20].min...samples).each do |sample|
    contenders.each_index.to_a.shuffle.each do |index|
      begin_at = now
      contenders[index].run.call
      times[index] << (now - begin_at) if sample >= 0
    end
  end
  times.map(&:sort)
end

def print_line(name, columns, verdict = "")
  puts "  #{name.ljust(60)}#{columns.map { |column| column.rjust(10) }.join}   #{verdict}".rstrip
end

def print_contest(title, contenders, samples)
  puts "\n#{title}"
  print_line("", ["min ms", "median", "p90", "more"], "target")
  times = measure(contenders, samples)
  medians = times.map { |own| own[own.size / 2] }
  contenders.zip(times, medians) do |contender, own, median|
    more = contender.base && (median - medians[contender.base])
    verdict = ""
    if more && contender.at_most
      verdict = "#{(more <= contender.at_most ? 'met' : 'missed').ljust(8)}≤ +#{contender.at_most} ms"
    end
    columns = [own.first, median, own[own.size * 9 / 10]].map { |value| format("%.3f", value) }
    print_line(contender.name, [*columns, more ? format("%+.3f", more) : ""], verdict)
  end
  $stdout.flush
end

def ended_well(status)
  raise status.to_s unless status.success?
end

samples = Integer(ARGV.fetch(0))
program = ARGV.fetch(1)

print_contest(
  "Ruby: a static program",
  [
    Contender.new("Process.spawn(program)", nil, nil,
                  -> { ended_well(Process.wait2(Process.spawn(program)).last) }),
    Contender.new("Spaces.spawn(program)", 0, nil, -> { ended_well(Spaces.spawn(program).wait) }),
    Contender.new("Spaces.spawn(program, all: true)", 0, 1.0,
                  -> { ended_well(Spaces.spawn(program, all: true).wait) })
  ],
  samples
)
print_contest(
  "Ruby: a block in a process of its own",
  [
    Contender.new("Process.fork { }", nil, nil, -> { ended_well(Process.wait2(Process.fork { nil }).last) }),
    Contender.new("Spaces::Container.start { }", 0, nil,
                  -> { ended_well(Spaces::Container.start { nil }.wait) }),
    Contender.new("Spaces::Container.start(all: true) { }", 0, nil,
                  -> { ended_well(Spaces::Container.start(all: true) { nil }.wait) })
  ],
  samples
)
