// The opaque handles of the C API: each holds one value of the core.
#pragma once

#include "base/error.hpp"
#include "spec/spec.hpp"

#include <spaces/error.h>
#include <spaces/spec.h>

struct spaces_error {
    spaces::Error error;
};

struct spaces_spec {
    spaces::Spec spec;
};
