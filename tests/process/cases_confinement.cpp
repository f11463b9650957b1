// The part of the table of cases that is about confinement, resources and files.
#include "cases_confinement.hpp"

#include "support/needs.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <unistd.h>

using namespace support;
using nlohmann::json;

namespace {

using Setter = std::function<void(Spec &, const json &, const Text &)>;

template <auto Function> Setter word_setter() {
    return [](Spec &spec, const json &value, const Text &text) { spec.with<Function>(text(value).c_str()); };
}

template <auto Function> Setter switch_setter() {
    return
        [](Spec &spec, const json &value, const Text &) { spec.with<Function>(value.get<bool>() ? 1 : 0); };
}

template <auto Function> Setter list_setter() {
    return [](Spec &spec, const json &value, const Text &text) {
        for (const json &item : value) {
            spec.with<Function>(text(item).c_str());
        }
    };
}

// A string or a number, as the kernel reads it.
std::string setting(const json &value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

template <auto Function> Setter map_setter() {
    return [](Spec &spec, const json &value, const Text &) {
        for (const auto &[key, entry] : value.items()) {
            spec.with<Function>(key.c_str(), setting(entry).c_str());
        }
    };
}

template <const char *Key> Setter limit_setter() {
    return [](Spec &spec, const json &value, const Text &) {
        spec.with<spaces_spec_set_cgroup>(Key, setting(value).c_str());
    };
}
constexpr char memory_max[] = "memory.max";
constexpr char pids_max[] = "pids.max";

void set_cpus(Spec &spec, const json &value, const Text &) {
    const auto quota = static_cast<int64_t>(value.get<double>() * 100000 + 0.5);
    spec.with<spaces_spec_set_cgroup>("cpu.max", (std::to_string(quota) + " 100000").c_str());
}

// "allow c 1:3 rwm"
void add_device_rules(Spec &spec, const json &value, const Text &) {
    for (const json &item : value) {
        const auto rule = item.get<std::string>();
        const size_t space = rule.find(' ');
        spec.with<spaces_spec_add_device_rule>(rule.substr(0, space) == "allow" ? 1 : 0,
                                               rule.substr(space + 1).c_str());
    }
}

void set_capabilities(Spec &spec, const json &value, const Text &) {
    static const std::map<std::string, int> sets{{"bounding", SPACES_CAPABILITIES_BOUNDING},
                                                 {"effective", SPACES_CAPABILITIES_EFFECTIVE},
                                                 {"inheritable", SPACES_CAPABILITIES_INHERITABLE},
                                                 {"permitted", SPACES_CAPABILITIES_PERMITTED},
                                                 {"ambient", SPACES_CAPABILITIES_AMBIENT}};
    for (const auto &[set, list] : value.items()) {
        const auto names = list.get<std::vector<std::string>>();
        std::vector<const char *> pointers;
        for (const std::string &name : names) {
            pointers.push_back(name.c_str());
        }
        pointers.push_back(nullptr);
        spec.with<spaces_spec_set_capabilities>(sets.at(set), pointers.data());
    }
}

void set_seccomp(Spec &spec, const json &value, const Text &) {
    if (value == "default") {
        spec.with<spaces_spec_set_seccomp_default>(1);
    } else {
        spec.with<spaces_spec_set_seccomp>(value.dump().c_str());
    }
}

void set_landlock(Spec &spec, const json &value, const Text &) {
    for (const auto &[member, rules] : value.items()) {
        if (member == "paths") {
            for (const auto &[path, access] : rules.items()) {
                spec.with<spaces_spec_add_landlock_path>(path.c_str(), access.get<std::string>().c_str());
            }
        } else { // "bind" or "connect"
            for (const json &port : rules) {
                spec.with<spaces_spec_add_landlock_port>(member.c_str(), port.get<uint32_t>());
            }
        }
    }
}

// A word with its number: "fifo:50", "idle".
std::pair<std::string, int> word_and_number(const json &value) {
    const auto text = value.get<std::string>();
    const size_t colon = text.find(':');
    std::string word = text.substr(0, colon);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return {word, colon == text.npos ? 0 : std::stoi(text.substr(colon + 1))};
}

void add_files(Spec &spec, const json &value, const Text &text) {
    for (const auto &[path, entry] : value.items()) {
        const std::string content = text(entry.is_array() ? entry[0] : entry);
        spec.with<spaces_spec_add_file>(path.c_str(), static_cast<const void *>(content.data()),
                                        content.size(), entry.is_array() ? entry[1].get<uint32_t>() : 0644U);
    }
}

// In the order in which they are to be set.
const std::vector<std::pair<std::string, Setter>> setters{
    // Control groups
    {"memory", limit_setter<memory_max>()},
    {"cpus", set_cpus},
    {"pids_limit", limit_setter<pids_max>()},
    {"limits", map_setter<spaces_spec_set_cgroup>()},
    {"resources",
     [](Spec &spec, const json &value, const Text &) {
         spec.json(json{{"linux", {{"resources", value}}}}.dump());
     }},
    {"own_cgroup",
     [](Spec &spec, const json &value, const Text &) {
         BOOST_REQUIRE(value.get<bool>());
         spec.with<spaces_spec_set_cgroup_path>(static_cast<const char *>(nullptr));
     }},
    {"device_rules", add_device_rules},
    // Privileges
    {"capabilities", set_capabilities},
    {"cap_drop", list_setter<spaces_spec_drop_capability>()},
    {"cap_add", list_setter<spaces_spec_add_capability>()},
    {"securebits", list_setter<spaces_spec_add_securebit>()},
    {"landlock", set_landlock},
    {"seccomp", set_seccomp},
    {"seccomp_report", switch_setter<spaces_spec_set_seccomp_report>()},
    {"new_keyring", switch_setter<spaces_spec_set_new_keyring>()},
    // Scheduling
    {"nice", [](Spec &spec, const json &value,
                const Text &) { spec.with<spaces_spec_set_scheduler>("SCHED_OTHER", value.get<int>(), 0); }},
    {"scheduler",
     [](Spec &spec, const json &value, const Text &) {
         const auto [policy, priority] = word_and_number(value);
         spec.with<spaces_spec_set_scheduler>(("SCHED_" + policy).c_str(), 0, priority);
     }},
    {"io_priority",
     [](Spec &spec, const json &value, const Text &) {
         const auto [io_class, priority] = word_and_number(value);
         spec.with<spaces_spec_set_io_priority>(("IOPRIO_CLASS_" + io_class).c_str(), priority);
     }},
    {"cpu_affinity", word_setter<spaces_spec_set_cpu_affinity>()},
    {"personality",
     [](Spec &spec, const json &value, const Text &) {
         spec.with<spaces_spec_set_personality>(word_and_number(value).first.c_str());
     }},
    {"sysctl", map_setter<spaces_spec_set_sysctl>()},
    // Files
    {"system_root",
     [](Spec &spec, const json &value, const Text &) {
         BOOST_REQUIRE(value.get<bool>());
         spec.with<spaces_spec_set_system_root>(0);
     }},
    {"directories",
     [](Spec &spec, const json &value, const Text &text) {
         for (const json &path : value) {
             spec.with<spaces_spec_add_directory>(text(path).c_str(), 0755U);
         }
     }},
    {"files", add_files},
    {"symlinks",
     [](Spec &spec, const json &value, const Text &text) {
         for (const auto &[path, target] : value.items()) {
             spec.with<spaces_spec_add_symlink>(path.c_str(), text(target).c_str());
         }
     }},
    {"default_devices", switch_setter<spaces_spec_set_default_devices>()},
    {"devices",
     [](Spec &spec, const json &value, const Text &text) {
         for (const json &device : value) {
             spec.with<spaces_spec_add_host_device>(text(device).c_str(), static_cast<const char *>(nullptr));
         }
     }},
    {"masked_paths", list_setter<spaces_spec_add_masked_path>()},
    {"readonly_paths", list_setter<spaces_spec_add_readonly_path>()},
};

bool can_limit() {
    try {
        Spec spec({"true"});
        spec.with<spaces_spec_set_cgroup>("memory.max", "1G")
            .with<spaces_spec_set_cgroup>("pids.max", "1000")
            .with<spaces_spec_set_cgroup>("cpu.max", "100000 100000");
        start(spec).wait();
        return true;
    } catch (const Failure &failure) {
        BOOST_REQUIRE_MESSAGE(failure.code == SPACES_EUNSUPPORTED, failure.text);
        return false;
    }
}

} // namespace

void set_confinement(Spec &spec, json &options, const Text &text) {
    for (const auto &[name, set] : setters) {
        if (const auto found = options.find(name); found != options.end()) {
            set(spec, *found, text);
            options.erase(found);
        }
    }
}

bool is_here(const std::string &need) {
    if (need == "root") {
        return ::geteuid() == 0;
    }
    if (need == "cgroup") {
        return can_limit();
    }
    if (need == "landlock") {
        return bool(landlock());
    }
    throw std::logic_error("the table has a need that this runner does not know: " + need);
}
