// What the user may have meant: the nearest name by the number of letters to change.
#include "suggestion.hpp"

#include "commands.hpp"
#include "option.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace cli {

namespace {

// How many letters must be replaced, added, taken out or swapped with the next one.
size_t distance(std::string_view from, std::string_view to) {
    std::vector<size_t> before_last;
    std::vector<size_t> last(to.size() + 1);
    std::iota(last.begin(), last.end(), size_t{0});
    for (size_t i = 0; i < from.size(); ++i) {
        std::vector<size_t> row{i + 1};
        for (size_t j = 0; j < to.size(); ++j) {
            size_t best = std::min({last[j] + (from[i] == to[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1});
            if (i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j]) {
                best = std::min(best, before_last[j - 1] + 1);
            }
            row.push_back(best);
        }
        before_last = std::exchange(last, std::move(row));
    }
    return last.back();
}

class Nearest {
  public:
    explicit Nearest(std::string_view wanted) : wanted_(wanted), distance_(wanted.size() / 3 + 1) {}

    void offer(std::string_view name) {
        const size_t offered = distance(wanted_, name);
        if (offered < distance_) {
            distance_ = offered;
            name_ = name;
        }
    }

    std::string name() const { return name_.empty() ? std::string() : in_quotes(name_); }

  private:
    std::string_view wanted_;
    size_t distance_; // what is further away is no likely meaning
    std::string_view name_;
};

} // namespace

std::string similar_option(Command command, std::string_view name) {
    Nearest nearest(name);
    for (const OptionGroup &group : option_groups()) {
        for (const Option &option : group.options) {
            if ((option.commands & bit(command)) != 0 && name.size() > 2) {
                for_each_name(option, [&](std::string_view each) { nearest.offer(each); });
            }
        }
    }
    return nearest.name();
}

void throw_unknown_command(std::string_view name) {
    Nearest nearest(name);
    for (const Command command : all_commands) {
        nearest.offer(describe(command).name);
    }
    for (const Verb &verb : verbs()) {
        nearest.offer(verb.name);
    }
    const std::string likely = nearest.name();
    throw_usage("unknown command " + in_quotes(name),
                likely.empty() ? "see \"space help\"" : "did you mean " + likely + "?");
}

} // namespace cli
