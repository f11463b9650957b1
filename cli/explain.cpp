// space explain: what would be done, as a Plan or as an OCI config.json.
#include "commands.hpp"

namespace cli {

int explain(Request &request) {
    const spaces_spec *const spec = request.spec.get();
    std::string text;
    if (request.oci) {
        text = text_of(spaces_spec_to_json, spec);
    } else {
        text =
            text_of(spaces_spec_explain, spec, int{request.json ? SPACES_EXPLAIN_JSON : SPACES_EXPLAIN_TEXT});
    }
    print_out(text.ends_with('\n') ? text : text + "\n");
    return 0;
}

} // namespace cli
