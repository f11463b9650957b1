// Specs by chance: every member, in every form that has a text form.
#pragma once

#include "spec/spec.hpp"

#include <random>

namespace support {

// The same `seed`, the same Spec.
spaces::Spec spec_of_chance(uint32_t seed);

} // namespace support
