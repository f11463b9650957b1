// From the record of a failed step to an Error that a person can act on.
#include "process/failure.hpp"

#include "base/sys.hpp"
#include "process/hint.hpp"
#include "spec/capability.hpp"
#include "spec/namespaces.hpp"

#include <cerrno>
#include <cstdlib>
#include <spaces/base.h>

namespace spaces {

namespace {

using plan::Call;
using plan::Note;
using plan::Record;

std::string interpreter_message(const std::string &what, const char *interpreter) {
    std::string text = "cannot " + what + ": its interpreter ";
    text += interpreter[0] != '\0' ? quoted(interpreter) + " is missing" : "is missing";
    return text;
}

// "CAP_SYS_RESOURCE, CAP_BPF" for "0000008001000000".
std::string missing_capabilities(const char *set) {
    std::string names;
    for (const std::string &name : capability_names(std::strtoull(set, nullptr, 16))) {
        names += (names.empty() ? "" : ", ") + name;
    }
    return names;
}

std::string message(const Record &record, const StepInfo &info) {
    const std::string reason = ": " + std::string(errno_text(record.error));
    switch (record.note) {
    case Note::interpreter_missing:
        return interpreter_message(info.what, record.text);
    case Note::outside_root:
        return "cannot " + info.what + ": it is not inside the root directory";
    case Note::not_a_terminal:
        return "cannot " + info.what + ": \"/dev/ptmx\" is no pseudoterminal multiplexer" + reason;
    case Note::target_missing:
        return "cannot " + info.what + ": the mount target does not exist";
    case Note::attributes_locked:
        return "cannot " + info.what + ": the mount's options are locked (" + std::string(record.text) + ")" +
               reason;
    case Note::capabilities_missing:
        return "cannot " + info.what + ": " + missing_capabilities(record.text) + " cannot be had" + reason;
    case Note::symlink_refused:
        return "cannot " + info.what + ": a symbolic link is in the way" + reason;
    case Note::unsuitable_upper:
        return "cannot " + info.what + ": the file system of its upper directory (" + record.text +
               ") cannot be written to by an overlay" + reason;
    case Note::is_another:
        return "cannot " + info.what + ": something else is there already" + reason;
    case Note::none:
        break;
    }
    const bool explains = record.text[0] != '\0' && record.call != Call::execve;
    // A search through PATH ends at the file that was found but refused. A long name was cut for the record.
    const bool elsewhere =
        record.call == Call::execve && record.error != ENOENT && !info.object.starts_with(record.text);
    return "cannot " + info.what + (elsewhere ? " (" + std::string(record.text) + ")" : "") + reason +
           (explains ? " (" + std::string(record.text) + ")" : "");
}

} // namespace

Error step_failure(const Record &record, const std::vector<StepInfo> &steps) {
    const auto index = static_cast<size_t>(record.index);
    const StepInfo unknown{"stage", "", "run the Plan"};
    const StepInfo &info = index < steps.size() ? steps[index] : unknown;
    const auto call = static_cast<size_t>(record.call);
    const char *system_call = call < std::size(plan::call_names) ? plan::call_names[call] : "";
    return Error{.code = SPACES_ESETUP,
                 .error_number = record.error,
                 .index = record.index,
                 .step = info.step,
                 .object = info.object,
                 .system_call = system_call,
                 .message = message(record, info),
                 .hint = hint_for_step(info, record)};
}

Error clone_failure(int error_number, uint32_t namespaces) {
    std::string names;
    for (const NamespaceType &type : namespace_types) {
        if ((namespaces & type.bit) != 0) {
            names += (names.empty() ? "" : ", ") + std::string(type.name);
        }
    }
    const std::string what =
        names.empty() ? "make a process" : "make a process in new namespaces (" + names + ")";
    return Error{.code = SPACES_ESYSTEM,
                 .error_number = error_number,
                 .step = "clone",
                 .object = names,
                 .system_call = "clone",
                 .message = "cannot " + what + ": " + std::string(errno_text(error_number)),
                 .hint = hint_for_namespaces(error_number, namespaces)};
}

Error silent_death(bool out_of_memory) {
    if (out_of_memory) {
        return Error{
            .code = SPACES_ESETUP,
            .step = "stage",
            .object = "memory.max",
            .message = "the new process was killed before the program was started: it ran out of the "
                       "memory that its control group has",
            .hint = "raise memory.max: a start needs about a megabyte, and the program what it is to "
                    "use"};
    }
    return Error{.code = SPACES_ESETUP,
                 .step = "stage",
                 .message = "the new process was killed before the program was started",
                 .hint = "by the OOM killer, a limit, or a signal from outside"};
}

} // namespace spaces
