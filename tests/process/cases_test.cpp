// The cases that every language must do alike (bindings/cases.json), here for C.
#include "cases_confinement.hpp"
#include "support/api.hpp"
#include "support/fd.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>

using namespace support;
using nlohmann::json;
namespace data = boost::unit_test::data;

namespace {

struct Case {
    json value;
};

std::ostream &operator<<(std::ostream &stream, const Case &one) {
    return stream << one.value["name"];
}

std::vector<Case> read_cases() {
    std::ifstream file(SPACES_CASES);
    std::vector<Case> cases;
    json table = json::parse(file);
    for (json &value : table["cases"]) {
        cases.push_back({std::move(value)});
    }
    return cases;
}

[[noreturn]] void unknown(const std::string &word) {
    throw std::logic_error("the table has a word that this runner does not know: " + word);
}

// --- The texts --------------------------------------------------------------------------------------------

std::string namespace_of(const std::string &process, const std::string &name) {
    return std::filesystem::read_symlink("/proc/" + process + "/ns/" + name);
}

class Texts {
  public:
    explicit Texts(const TempDir &empty) : empty_(empty) {}

    // Set when there is one.
    int container = 0;

    std::string operator()(const json &value) {
        const auto text = value.get<std::string>();
        std::string result;
        size_t from = 0;
        for (size_t open; (open = text.find('{', from)) != std::string::npos;) {
            const size_t close = text.find('}', open);
            result += text.substr(from, open - from) + word(text.substr(open + 1, close - open - 1));
            from = close + 1;
        }
        return result + text.substr(from);
    }

  private:
    std::string word(const std::string &name) {
        if (name == "uid") {
            return std::to_string(::getuid());
        }
        if (name == "gid") {
            return std::to_string(::getgid());
        }
        if (name == "tmp") {
            return empty_.path();
        }
        if (name == "root") {
            return root();
        }
        if (name.starts_with("ns ")) {
            return namespace_of("self", name.substr(3));
        }
        if (name.starts_with("container ")) {
            return namespace_of(std::to_string(container), name.substr(10));
        }
        unknown("{" + name + "}");
    }

    std::string root() {
        if (!root_) {
            root_.emplace();
            const std::string bin = root_->directory("bin");
            root_->directory("mnt");
            root_->directory("proc");
            std::filesystem::copy_file("/bin/busybox", bin + "/busybox");
            std::filesystem::create_symlink("busybox", bin + "/sh");
            std::filesystem::create_symlink("busybox", bin + "/ls");
        }
        return root_->path();
    }

    const TempDir &empty_;
    std::optional<TempDir> root_;
};

// --- The options ------------------------------------------------------------------------------------------

const std::map<std::string, uint32_t> namespaces{
    {"time", SPACES_NAMESPACE_TIME},     {"mount", SPACES_NAMESPACE_MOUNT},
    {"cgroup", SPACES_NAMESPACE_CGROUP}, {"uts", SPACES_NAMESPACE_UTS},
    {"ipc", SPACES_NAMESPACE_IPC},       {"user", SPACES_NAMESPACE_USER},
    {"pid", SPACES_NAMESPACE_PID},       {"network", SPACES_NAMESPACE_NETWORK},
};

uint32_t bits(const json &value) {
    if (value == "all") {
        return SPACES_NAMESPACE_ALL;
    }
    return std::accumulate(value.begin(), value.end(), uint32_t{0}, [](uint32_t sum, const json &name) {
        return sum | namespaces.at(name.get<std::string>());
    });
}

using Setter = std::function<void(Spec &, const json &, Texts &)>;

template <auto Function> Setter text_setter() {
    return [](Spec &spec, const json &value, Texts &texts) { spec.with<Function>(texts(value).c_str()); };
}

template <auto Function, class Number> Setter number_setter() {
    return [](Spec &spec, const json &value, Texts &) { spec.with<Function>(value.get<Number>()); };
}

template <auto Function> Setter switch_setter() {
    return [](Spec &spec, const json &value, Texts &) { spec.with<Function>(value.get<bool>() ? 1 : 0); };
}

void set_env(Spec &spec, const json &value, Texts &texts) {
    for (const auto &[name, text] : value.items()) {
        if (text.is_null()) {
            spec.with<spaces_spec_unset_env>(name.c_str());
        } else {
            spec.with<spaces_spec_set_env>(name.c_str(), texts(text).c_str());
        }
    }
}

void set_stderr(Spec &spec, const json &value, Texts &) {
    spec.with<spaces_spec_set_stdio>(SPACES_STDERR,
                                     value == "stdout" ? SPACES_STDIO_STDOUT : SPACES_STDIO_NULL);
}

void add_mounts(Spec &spec, const json &value, Texts &texts) {
    for (const json &mount : value) {
        spec.with<spaces_spec_add_mount>(texts(mount["source"]).c_str(), texts(mount["target"]).c_str(),
                                         texts(mount["type"]).c_str(), texts(mount["options"]).c_str());
    }
}

// In the order in which they are to be set.
const std::vector<std::pair<std::string, Setter>> setters{
    {"confine", text_setter<spaces_spec_confine>()}, // which the others change
    {"new", [](Spec &spec, const json &value, Texts &) { spec.unshare(bits(value)); }},
    {"join_pid",
     [](Spec &spec, const json &value, Texts &) { spec.with<spaces_spec_join_pid>(value.get<int>(), 0u); }},
    {"executable", text_setter<spaces_spec_set_executable>()},
    {"clear_env",
     [](Spec &spec, const json &value, Texts &) {
         BOOST_REQUIRE(value.get<bool>());
         spec.with<spaces_spec_clear_env>();
     }},
    {"env", set_env},
    {"cwd", text_setter<spaces_spec_set_cwd>()},
    {"uid", number_setter<spaces_spec_set_uid, uint32_t>()},
    {"gid", number_setter<spaces_spec_set_gid, uint32_t>()},
    {"groups",
     [](Spec &spec, const json &value, Texts &) {
         const auto gids = value.get<std::vector<uint32_t>>();
         spec.with<spaces_spec_set_groups>(gids.data(), gids.size());
     }},
    {"umask", number_setter<spaces_spec_set_umask, uint32_t>()},
    {"rlimits",
     [](Spec &spec, const json &value, Texts &) {
         for (const auto &[name, limit] : value.items()) {
             spec.with<spaces_spec_set_rlimit>(name.c_str(), limit[0].get<uint64_t>(),
                                               limit[1].get<uint64_t>());
         }
     }},
    {"no_new_privs", switch_setter<spaces_spec_set_no_new_privs>()},
    {"oom_score_adj", number_setter<spaces_spec_set_oom_score_adj, int>()},
    {"new_session", switch_setter<spaces_spec_set_new_session>()},
    {"process_group", number_setter<spaces_spec_set_process_group, int>()},
    {"stderr", set_stderr},
    {"uid_map", text_setter<spaces_spec_set_uid_map>()},
    {"gid_map", text_setter<spaces_spec_set_gid_map>()},
    {"hostname", text_setter<spaces_spec_set_hostname>()},
    {"time_offsets",
     [](Spec &spec, const json &value, Texts &) {
         for (const auto &[clock, seconds] : value.items()) {
             spec.with<spaces_spec_set_time_offset>(clock.c_str(), seconds.get<int64_t>(), 0u);
         }
     }},
    {"root", [](Spec &spec, const json &value,
                Texts &texts) { spec.with<spaces_spec_set_root>(texts(value).c_str(), 0); }},
    {"mounts", add_mounts},
    {"init", switch_setter<spaces_spec_set_init>()},
};

void set_options(Spec &spec, json options, Texts &texts) {
    for (const auto &[name, set] : setters) {
        if (const auto found = options.find(name); found != options.end()) {
            set(spec, *found, texts);
            options.erase(found);
        }
    }
    set_confinement(spec, options, [&](const json &value) { return texts(value); });
    if (options.erase("readonly_root") != 0) {
        // The setter of the root directory takes both.
        spec.json(R"({"root": {"readonly": true}})");
    }
    if (options.contains("time_limit_ms")) {
        spec.with<spaces_spec_set_time_limit>(options["time_limit_ms"].get<uint64_t>(),
                                              options.value("time_limit_grace_ms", uint64_t{0}));
        options.erase("time_limit_ms");
        options.erase("time_limit_grace_ms");
    }
    if (!options.empty()) {
        unknown(options.begin().key());
    }
}

// --- The functions ----------------------------------------------------------------------------------------

const std::map<std::string, int> signals{
    {"SIGINT", SIGINT}, {"SIGKILL", SIGKILL}, {"SIGSYS", SIGSYS}, {"SIGTERM", SIGTERM}, {"SIGUSR1", SIGUSR1}};

using Words = std::vector<std::string>;

int print_words(const Words &words) {
    std::string line;
    for (const std::string &word : words) {
        line += (line.empty() ? "" : " ") + word;
    }
    write_all(1, line + "\n");
    return 0;
}

int print_hostname(const Words &) {
    utsname names;
    ::uname(&names);
    return print_words({names.nodename});
}

int wait_for_ever(const Words &) {
    write_all(1, "ready\n");
    for (;;) {
        ::pause();
    }
}

const std::map<std::string, int (*)(const Words &)> functions{
    {"exit", [](const Words &words) { return std::stoi(words[0]); }},
    {"print", print_words},
    {"pids",
     [](const Words &) {
         return print_words({std::to_string(::getpid()), std::to_string(::getppid())});
     }},
    {"ids",
     [](const Words &) {
         return print_words({std::to_string(::getuid()), std::to_string(::getgid())});
     }},
    {"hostname", print_hostname},
    {"copy",
     [](const Words &) {
         write_all(1, read_all(0));
         return 0;
     }},
    {"raise", [](const Words &words) { return ::raise(signals.at(words[0])); }},
    {"wait", wait_for_ever},
    {"program", [](const Words &words) { return start(Spec(words)).wait().exit_code(); }},
};

// --- One case ---------------------------------------------------------------------------------------------

Words words_of(const json &list, Texts &texts) {
    Words words;
    for (const json &word : list) {
        words.push_back(texts(word));
    }
    return words;
}

Process start_case(const json &value, Spec &spec, Texts &texts) {
    if (!value.contains("function")) {
        spec.args(words_of(value["argv"], texts));
        return start(spec);
    }
    Words words = words_of(value["function"], texts);
    const auto function = functions.at(words.front());
    words.erase(words.begin());
    return start_fork_of(spec, [&] { return function(words); });
}

const std::map<std::string, int> codes{
    {"EINVALID", SPACES_EINVALID}, {"ESETUP", SPACES_ESETUP}, {"ENOTFOUND", SPACES_ENOTFOUND}};
const std::map<std::string, int> errors{{"ENOENT", ENOENT}, {"EACCES", EACCES}, {"ESRCH", ESRCH}};

void check_failure(const Failure &failure, json expected) {
    if (expected.contains("code")) {
        BOOST_TEST(failure.code == codes.at(expected["code"]), failure.text);
    }
    if (expected.contains("errno")) {
        BOOST_TEST(failure.error_number == errors.at(expected["errno"]), failure.text);
    }
    if (expected.contains("step")) {
        BOOST_TEST(failure.step == expected["step"].get<std::string>(), failure.text);
    }
    if (expected.contains("object")) {
        BOOST_TEST(failure.object == expected["object"].get<std::string>(), failure.text);
    }
}

void check_result(const Result &result, const json &expected) {
    BOOST_TEST(result.cause() == expected["cause"].get<std::string>());
    BOOST_TEST(result.exit_code() == expected.value("exit_code", -1));
    BOOST_TEST(result.signal() ==
               (expected.contains("signal") ? signals.at(expected["signal"].get<std::string>()) : 0));
    if (expected.contains("system_call")) {
        BOOST_TEST(spaces_result_system_call(result) == expected["system_call"].get<std::string>());
    }
    if (expected.contains("oom_kills")) {
        BOOST_TEST(spaces_result_oom_kills(result) == expected["oom_kills"].get<uint64_t>());
    }
}

void run_to_its_end(const json &value, Process process, Texts &texts) {
    const json &expected = value["expect"];
    const bool has_stderr = !value.contains("options") || !value["options"].contains("stderr");
    write_all(process.take(SPACES_STDIN).get(), value.value("stdin", ""));
    const Fd out = process.take(SPACES_STDOUT);
    std::string stderr_text;
    std::thread reader;
    if (has_stderr) {
        reader = std::thread([&, in = process.take(SPACES_STDERR)] { stderr_text = read_all(in.get()); });
    }
    if (value.contains("signal") || value.contains("kill_all")) {
        BOOST_TEST(read_line(out.get()) == "ready");
        if (value.contains("signal")) {
            process.kill(signals.at(value["signal"]));
        } else {
            process.kill_all();
        }
    }
    const std::string stdout_text = read_all(out.get());
    const Result result = process.wait();
    if (reader.joinable()) {
        reader.join();
    }
    BOOST_TEST_CONTEXT("standard error: " << stderr_text) {
        check_result(result, expected.value("result", json{{"cause", "exited"}, {"exit_code", 0}}));
        if (expected.contains("stdout")) {
            BOOST_TEST(stdout_text == texts(expected["stdout"]));
        }
        if (expected.contains("stderr")) {
            BOOST_TEST(stderr_text == texts(expected["stderr"]));
        }
    }
}

void check_words(const json &value) {
    for (const auto &[word, ignored] : value.items()) {
        static const std::set<std::string> known{"name", "needs", "argv",   "function", "options", "script",
                                                 "into", "stdin", "signal", "kill_all", "expect"};
        if (!known.contains(word)) {
            unknown(word);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cases_test)

BOOST_DATA_TEST_CASE(every_language_does_alike, data::make(read_cases()), one) {
    const json &value = one.value;
    check_words(value);
    if (value.contains("needs") && !is_here(value["needs"].get<std::string>())) {
        BOOST_TEST_MESSAGE("needs " << value["needs"] << ": " << value["name"]);
        return;
    }
    const TempDir empty;
    Texts texts(empty);
    if (value.contains("script")) {
        empty.file(value["script"][0], value["script"][1], 0755);
    }
    Spec spec;
    std::optional<Waiting> container;
    json options = value.value("options", json::object());
    if (value.contains("into")) {
        Spec running({"sh", "-c", "echo; exec cat"});
        set_options(running, value["into"], texts);
        container.emplace(running);
        texts.container = container->pid();
        spec.with<spaces_spec_join_pid>(texts.container,
                                        options.contains("join") ? bits(options["join"]) : 0);
        options.erase("join");
    }
    std::optional<Process> process;
    try {
        spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT).pipe(SPACES_STDERR);
        set_options(spec, options, texts);
        process.emplace(start_case(value, spec, texts));
    } catch (const Failure &failure) {
        BOOST_REQUIRE_MESSAGE(value["expect"].contains("error"), failure.text);
        check_failure(failure, value["expect"]["error"]);
        return;
    }
    BOOST_REQUIRE(!value["expect"].contains("error"));
    run_to_its_end(value, std::move(*process), texts);
}

BOOST_AUTO_TEST_SUITE_END()
