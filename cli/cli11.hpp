// CLI11 without the C++ standard streams.
#pragma once

// CLI11 includes <iostream>, whose initializer sets up all streams and their locales at every start: for a
// program that prints by stdio a waste of 12 page faults, a thirtieth of what a container costs. So that
// header is said to be there already, and the names that CLI11's default arguments mention are declared. Any
// other C++ library than GNU's gets what CLI11 asks for.
#include <istream>
#include <ostream>
#ifdef __GLIBCXX__
#define _GLIBCXX_IOSTREAM 1 // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
namespace std {             // NOLINT(cert-dcl58-cpp)
extern istream cin;
extern ostream cout;
extern ostream cerr;
} // namespace std
#endif

#include <CLI/CLI.hpp>
