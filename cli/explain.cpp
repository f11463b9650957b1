// space explain: what would be done, as a Plan, as an OCI config.json, or its filter.
#include "commands.hpp"

namespace cli {

int explain(Request &request) {
    const spaces_spec *const spec = request.spec.get();
    std::string text;
    const int form = request.json ? SPACES_EXPLAIN_JSON : SPACES_EXPLAIN_TEXT;
    if (request.oci) {
        text = text_of(spaces_spec_to_json, spec);
    } else if (request.seccomp) {
        text = text_of(spaces_spec_explain_seccomp, spec, form);
    } else {
        text = text_of(spaces_spec_explain, spec, form);
    }
    print_out(text.ends_with('\n') ? text : text + "\n");
    return 0;
}

} // namespace cli
