// The part of the table of cases that is about confinement, resources and files.
#pragma once

#include "support/api.hpp"

#include <functional>
#include <nlohmann/json.hpp>

// A text of the table with its words in braces replaced.
using Text = std::function<std::string(const nlohmann::json &)>;

// Take the options that are known here out of `options`, and tell them to the Spec.
void set_confinement(support::Spec &spec, nlohmann::json &options, const Text &text);

// Whether there is what a case needs: "root", "cgroup", "landlock".
bool is_here(const std::string &need);
