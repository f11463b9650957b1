// Result: how a process ended, and what it has used.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace spaces {

struct Result {
    enum class Cause { exited, signaled, time_limit, killed, seccomp, out_of_memory };
    Cause cause = Cause::exited;
    int exit_code = -1; // -1 where a signal ended it
    int signal = 0;
    bool core_dumped = false;
    uint64_t user_time_us = 0;
    uint64_t system_time_us = 0;
    uint64_t peak_memory = 0;                     // bytes, 0: not known
    uint64_t oom_kills = 0;                       // in the control group, whoever it was
    std::map<std::string, uint64_t> statistics{}; // of the control group, at the end
    std::vector<std::string> degraded{};          // what was asked for and could not be had
    std::string system_call{}; // the first that the filter has refused, of those that are reported

    int shell_status() const { return signal != 0 ? 128 + signal : exit_code; }
};

const char *cause_word(Result::Cause cause);
std::string result_json(const Result &result);

// From a status as wait4(2) gives it.
Result from_wait_status(int status);

} // namespace spaces
