// Result: how a process ended, and what it has used.
#include "process/result.hpp"

#include "base/json.hpp"

#include <csignal>
#include <sys/wait.h>

namespace spaces {

const char *cause_word(Result::Cause cause) {
    switch (cause) {
    case Result::Cause::exited:
        return "exited";
    case Result::Cause::signaled:
        return "signaled";
    case Result::Cause::time_limit:
        return "time-limit";
    case Result::Cause::killed:
        return "killed";
    case Result::Cause::seccomp:
        return "seccomp";
    case Result::Cause::out_of_memory:
        return "out-of-memory";
    }
    return "";
}

Result from_wait_status(int status) {
    Result result;
    if (WIFSIGNALED(status)) {
        result.signal = WTERMSIG(status);
        result.core_dumped = WCOREDUMP(status);
        result.cause = result.signal == SIGSYS ? Result::Cause::seccomp : Result::Cause::signaled;
    } else {
        result.exit_code = WEXITSTATUS(status);
    }
    return result;
}

std::string result_json(const Result &result) {
    const auto number = [](const char *name, auto value) {
        return ",\"" + std::string(name) + "\":" + std::to_string(value);
    };
    std::string json = "{\"cause\":\"" + std::string(cause_word(result.cause)) + "\"";
    if (result.signal == 0) {
        json += number("exitCode", result.exit_code);
    } else {
        json += number("signal", result.signal);
        json += std::string(",\"coreDumped\":") + (result.core_dumped ? "true" : "false");
    }
    json += number("userTimeMicroseconds", result.user_time_us);
    json += number("systemTimeMicroseconds", result.system_time_us);
    if (result.peak_memory != 0) {
        json += number("peakMemoryBytes", result.peak_memory);
    }
    if (result.oom_kills != 0) {
        json += number("oomKills", result.oom_kills);
    }
    if (!result.statistics.empty()) {
        std::string members;
        for (const auto &[key, value] : result.statistics) {
            members += (members.empty() ? "\"" : ",\"") + key + "\":" + std::to_string(value);
        }
        json += ",\"statistics\":{" + members + "}";
    }
    if (!result.degraded.empty()) {
        std::string items;
        for (const std::string &text : result.degraded) {
            items += (items.empty() ? "" : ",") + to_text(Json(text), BadUtf8::replace);
        }
        json += ",\"degraded\":[" + items + "]";
    }
    if (!result.system_call.empty()) {
        json += ",\"systemCall\":\"" + result.system_call + "\"";
    }
    return json + "}";
}

} // namespace spaces
