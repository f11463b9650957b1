// spaces_host_features().
#include "api/argument.hpp"
#include "host/features.hpp"

#include <spaces/host.h>

spaces_status spaces_host_features(char **ret_json, spaces_error **error) noexcept {
    return spaces::guard(error, [&] {
        char *&result = spaces::given(ret_json, "ret_json");
        result = spaces::given_away(spaces::host_features_json());
    });
}
