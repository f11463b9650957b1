// Runs a Spec to its end and keeps what it wrote.
#pragma once

#include "support/api.hpp"

#include <string>

namespace support {

struct Captured {
    std::string out; // of standard output
    Result result;
};

Captured capture(const Spec &spec);

// The output of a program that must end with status 0.
std::string output_of(const Spec &spec);

} // namespace support
