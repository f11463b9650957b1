// A container's control groups, for tests: their files, whichever version has them, and what is to be had
// here.
#include "cgroup/groups.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unistd.h>

using namespace support;
namespace fs = std::filesystem;

namespace groups {

namespace {

Answer can(const Spec &spec) {
    try {
        start(spec).wait();
        return Answer(true);
    } catch (const Failure &failure) {
        Answer answer(failure.code != SPACES_EUNSUPPORTED && failure.step != "cgroup");
        answer.message() << failure.message;
        return answer;
    }
}

Answer can_set(const char *key, const char *value) {
    return can(Spec({"/bin/true"}).with<spaces_spec_set_cgroup>(key, value));
}

bool descends_from_us(int pid) {
    while (pid > 1 && pid != ::getpid()) {
        std::string stat; // empty where it has just ended
        std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), stat);
        std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
        std::string state;
        pid = 0;
        fields >> state >> pid;
    }
    return pid == ::getpid();
}

// spaces-NAMESPACE-PID-…: of somebody who runs beside this test.
bool is_of_others(const std::string &name) {
    const size_t second = name.find('-', name.find('-') + 1);
    const int pid = second == std::string::npos ? 0 : std::atoi(name.c_str() + second + 1);
    return pid > 0 && fs::exists("/proc/" + std::to_string(pid)) && !descends_from_us(pid);
}

void find_ours(const fs::path &directory, std::vector<std::string> &found) {
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code gone;
        if (entry->is_directory(gone) && !entry->is_symlink(gone)) {
            // A scope is systemd's to remove.
            const std::string name = entry->path().filename();
            const bool ours = name.starts_with("spaces-") && !name.ends_with(".scope") && !is_of_others(name);
            if (ours || name == "container") {
                found.push_back(entry->path());
            }
            find_ours(entry->path(), found);
        }
    }
}

} // namespace

std::string text(spaces_status (*function)(const spaces_process *, char **, spaces_error **),
                 const Process &process) {
    char *json = nullptr;
    spaces_error *error = nullptr;
    const spaces_status status = function(process, &json, &error);
    if (status != SPACES_OK) {
        throw Failure(status, error);
    }
    std::string result = json;
    spaces_free(json);
    return result;
}

std::string collect() {
    char *json = nullptr;
    call<spaces_gc>(&json);
    std::string result = json;
    spaces_free(json);
    return result;
}

std::vector<std::string> paths_of(const Process &process) {
    return nlohmann::json::parse(text(spaces_process_cgroups, process)).get<std::vector<std::string>>();
}

std::string file_of(const Process &process, const std::vector<std::string> &names) {
    for (const std::string &path : paths_of(process)) {
        for (const std::string &name : names) {
            if (fs::exists(path + "/" + name)) {
                std::string content = read_file(path + "/" + name);
                content.erase(content.find_last_not_of('\n') + 1);
                return content;
            }
        }
    }
    return "none";
}

uint64_t stat_of(const Process &process, const char *key) {
    uint64_t value = 0;
    call<spaces_process_stat>(static_cast<const spaces_process *>(process), key, &value);
    return value;
}

std::vector<std::string> all_of_ours() {
    std::vector<std::string> found;
    find_ours("/sys/fs/cgroup", found);
    std::sort(found.begin(), found.end());
    return found;
}

Answer memory() {
    return can_set("memory.max", "256M");
}

Answer pids() {
    return can_set("pids.max", "100");
}

Answer cpu() {
    return can_set("cpu.max", "max");
}

Answer cpuset() {
    return can_set("cpuset.cpus", "0");
}

bool has_devices_of_version_1() {
    const std::string groups = "\n" + read_file("/proc/self/cgroup"); // 5:devices:/
    return groups.find(":devices:") != std::string::npos;
}

Answer devices() {
    return can(Spec({"/bin/true"}).with<spaces_spec_add_device_rule>(1, "a"));
}

Answer own_group() {
    return can(Spec({"/bin/true"}).with<spaces_spec_set_cgroup_path>(static_cast<const char *>(nullptr)));
}

Answer own_group_by_libspaces() {
    Spec spec({"/bin/true"});
    Process process = start(spec.with<spaces_spec_set_cgroup_path>(static_cast<const char *>(nullptr)));
    const std::vector<std::string> paths = paths_of(process);
    const bool by_systemd = std::any_of(paths.begin(), paths.end(), [](const std::string &path) {
        return path.find(".scope/container") != std::string::npos;
    });
    process.wait();
    Answer answer(!by_systemd);
    answer.message() << "this user has control groups from systemd only";
    return answer;
}

} // namespace groups
