// What the two translators share.
#pragma once

#include "cgroup/translate.hpp"

#include <string_view>

namespace spaces {

// Append the writes that one want comes to; `all` are those beside it.
void translate_to_v1(const CgroupWant &want, const std::vector<CgroupWant> &all,
                     std::vector<CgroupSetting> &settings);
void translate_to_v2(const CgroupWant &want, const std::vector<CgroupWant> &all,
                     std::vector<CgroupSetting> &settings);

// The last of this key, or null.
const CgroupWant *find_want(const std::vector<CgroupWant> &wants, std::string_view key);
uint64_t number_in(const CgroupWant &want, std::string_view text, uint64_t least, uint64_t most);
std::string quoted_word(std::string_view word);
[[noreturn]] void throw_no_such(const CgroupWant &want, CgroupVersion version, std::string_view hint);

} // namespace spaces
