// A Failure for programs: {"error": {…}}, its members named as the accessors of spaces_error.
#include "failure.hpp"

#include <nlohmann/json.hpp>

namespace cli {

namespace {

const char *name_of(spaces_status code) {
    switch (code) {
    case SPACES_EINVALID:
        return "SPACES_EINVALID";
    case SPACES_ESYSTEM:
        return "SPACES_ESYSTEM";
    case SPACES_ESETUP:
        return "SPACES_ESETUP";
    case SPACES_EUNSUPPORTED:
        return "SPACES_EUNSUPPORTED";
    case SPACES_ENOTFOUND:
        return "SPACES_ENOTFOUND";
    case SPACES_EEXISTS:
        return "SPACES_EEXISTS";
    case SPACES_ESTATE:
        return "SPACES_ESTATE";
    case SPACES_ETIMEOUT:
        return "SPACES_ETIMEOUT";
    case SPACES_ENOMEMORY:
        return "SPACES_ENOMEMORY";
    default:
        return "";
    }
}

} // namespace

std::string to_json(const Failure &failure) {
    const nlohmann::ordered_json object = {{"error",
                                            {{"code", failure.code},
                                             {"name", name_of(failure.code)},
                                             {"step", failure.step},
                                             {"index", failure.index},
                                             {"object", failure.object},
                                             {"system_call", failure.system_call},
                                             {"errno", failure.error_number},
                                             {"message", failure.message},
                                             {"hint", failure.hint}}}};
    // Names come from the user and need not be UTF-8.
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace cli
