// The version, the features of this build, and memory that was given away.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <spaces/base.h>
#include <string_view>

namespace spaces {

namespace {

constexpr std::array<std::string_view, 6> features{"fork",      "terminal", "init",
                                                   "newuidmap", "cgroup",   "seccomp"};

} // namespace

} // namespace spaces

#define SPACES_TEXT_OF(number) #number
#define SPACES_VERSION_TEXT(major, minor, patch)                                                             \
    SPACES_TEXT_OF(major) "." SPACES_TEXT_OF(minor) "." SPACES_TEXT_OF(patch)

int spaces_version() noexcept {
    return SPACES_VERSION;
}

const char *spaces_version_string() noexcept {
    return SPACES_VERSION_TEXT(SPACES_VERSION_MAJOR, SPACES_VERSION_MINOR, SPACES_VERSION_PATCH);
}

int spaces_has(const char *feature) noexcept {
    if (feature == nullptr) {
        return 0;
    }
    const auto &known = spaces::features;
    return std::find(known.begin(), known.end(), std::string_view(feature)) != known.end() ? 1 : 0;
}

void spaces_free(void *memory) noexcept {
    std::free(memory);
}
