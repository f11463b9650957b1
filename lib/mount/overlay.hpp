// Overlay mounts: their layers, taken from the options that mount(8) and the kernel have for them.
#pragma once

#include "spec/spec.hpp"

#include <string>
#include <vector>

namespace spaces {

struct OverlayOptions {
    std::vector<std::string> lower; // the uppermost first
    std::vector<std::string> data;  // lower layers that only hold contents ("lowerdir=a::b")
    std::string upper;              // empty: none
    std::string work;
    bool in_memory = false; // "tmp-overlay": upper and work directory in memory, gone with the container
    std::string size;       // of that memory, as tmpfs takes it; empty: its default
    std::vector<std::string> rest;
};

// `options` are those that are left for the file system; `object` names the mount in errors.
OverlayOptions parse_overlay_options(const std::vector<std::string> &options, const std::string &object);

} // namespace spaces
