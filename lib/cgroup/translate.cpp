// From keys to files: what is common to both versions.
#include "cgroup/translate.hpp"

#include "cgroup/translators.hpp"
#include "spec/check.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <charconv>
#include <climits>

namespace spaces {

std::string v1_name(const std::string &controller) {
    return controller == "io" ? "blkio" : controller;
}

uint64_t number_in(const CgroupWant &want, std::string_view text, uint64_t least, uint64_t most) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
        refuse(want.member, excerpt(want.value) + " is no value for " + want.key);
    }
    return number;
}

std::optional<uint64_t> bytes_of(const CgroupWant &want) {
    std::string_view text = want.value;
    if (text == "max" || text == "-1") {
        return std::nullopt;
    }
    const int shift = text.empty() ? -1 : size_shift(text.back());
    if (shift >= 0) {
        text.remove_suffix(1);
    }
    const uint64_t number = number_in(want, text, 0, UINT64_MAX);
    if (shift > 0 && number > UINT64_MAX >> shift) {
        refuse(want.member, excerpt(want.value) + " is more bytes than there can be");
    }
    return shift > 0 ? number << shift : number;
}

const CgroupWant *find_want(const std::vector<CgroupWant> &wants, std::string_view key) {
    const auto found =
        std::find_if(wants.rbegin(), wants.rend(), [&](const CgroupWant &want) { return want.key == key; });
    return found == wants.rend() ? nullptr : &*found;
}

void throw_no_such(const CgroupWant &want, CgroupVersion version, std::string_view hint) {
    refuse_unsupported(want.member,
                       "cgroup version " + std::string(version == CgroupVersion::v1 ? "1" : "2") +
                           ", which this host has the controller " + quoted_word(want.controller) +
                           " in, knows nothing like it",
                       hint);
}

std::string quoted_word(std::string_view word) {
    return "\"" + std::string(word) + "\"";
}

std::vector<CgroupSetting> translate(const std::vector<CgroupWant> &wants, CgroupVersion version) {
    std::vector<CgroupSetting> settings;
    for (const CgroupWant &want : wants) {
        (version == CgroupVersion::v1 ? translate_to_v1 : translate_to_v2)(want, wants, settings);
    }
    return settings;
}

} // namespace spaces
