// The C boundary of the Result.
#include "process/result.hpp"

#include "api/argument.hpp"
#include "api/process_handles.hpp"

using namespace spaces;

namespace {

// What all accessors do with a NULL: they answer as for a process that told nothing.
template <class Value, class Accessor>
Value read(const spaces_result *result, Value otherwise, Accessor &&accessor) noexcept {
    return result != nullptr ? accessor(result->result) : otherwise;
}

} // namespace

const char *spaces_result_cause(const spaces_result *result) noexcept {
    return read(result, "", [](const Result &value) { return cause_word(value.cause); });
}

int spaces_result_exit_code(const spaces_result *result) noexcept {
    return read(result, -1, [](const Result &value) { return value.exit_code; });
}

int spaces_result_signal(const spaces_result *result) noexcept {
    return read(result, 0, [](const Result &value) { return value.signal; });
}

int spaces_result_core_dumped(const spaces_result *result) noexcept {
    return read(result, 0, [](const Result &value) { return value.core_dumped ? 1 : 0; });
}

int spaces_result_shell_status(const spaces_result *result) noexcept {
    return read(result, -1, [](const Result &value) { return value.shell_status(); });
}

uint64_t spaces_result_user_time(const spaces_result *result) noexcept {
    return read(result, uint64_t{0}, [](const Result &value) { return value.user_time_us; });
}

uint64_t spaces_result_system_time(const spaces_result *result) noexcept {
    return read(result, uint64_t{0}, [](const Result &value) { return value.system_time_us; });
}

uint64_t spaces_result_peak_memory(const spaces_result *result) noexcept {
    return read(result, uint64_t{0}, [](const Result &value) { return value.peak_memory; });
}

uint64_t spaces_result_oom_kills(const spaces_result *result) noexcept {
    return read(result, uint64_t{0}, [](const Result &value) { return value.oom_kills; });
}

const char *spaces_result_system_call(const spaces_result *result) noexcept {
    return read(result, "", [](const Result &value) { return value.system_call.c_str(); });
}

spaces_status spaces_result_to_json(const spaces_result *result, char **ret_json,
                                    spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&text = given(ret_json, "ret_json");
        text = given_away(result_json(given(result, "result").result));
    });
}

void spaces_result_free(spaces_result *result) noexcept {
    delete result;
}
