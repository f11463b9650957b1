// The values of --mount, --bind and --tmpfs, spelled as docker's and mount(8)'s.
#pragma once

#include <string>
#include <string_view>

namespace cli {

struct MountOption {
    std::string type;
    std::string source; // may be empty
    std::string target;
    std::string options; // separated by commas
};

// "type=bind,source=/srv,target=/data,readonly"; a part that holds a comma is put in double quotes. What is
// no key of its own is an option of mount(8): "nosuid", "size=64m".
MountOption parse_mount(std::string_view text);

// "SOURCE[:TARGET[:OPTIONS]]"
MountOption parse_bind(std::string_view text);

// "TARGET[:OPTIONS]"
MountOption parse_tmpfs(std::string_view text);

// "lower=/a,lower=/b,upper=/u,work=/w,target=/data" and options of overlays; the target is the uppermost
// lower directory where it is not said.
MountOption parse_overlay(std::string_view text);

// "SOURCE[:TARGET[:OPTIONS]]", with "size=64m" among the options.
MountOption parse_tmp_overlay(std::string_view text);

} // namespace cli
