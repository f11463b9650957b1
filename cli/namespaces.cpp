// The eight types of namespaces as the command line and /proc call them.
#include "namespaces.hpp"

#include "failure.hpp"
#include "text.hpp"

namespace cli {

uint32_t parse_namespaces(std::string_view names) {
    uint32_t bits = 0;
    for (const std::string &name : split(names, ',')) {
        uint32_t found = 0;
        for (const NamespaceType &type : namespace_types) {
            if (name == type.name || name == type.oci) {
                found = type.bit;
            }
        }
        if (found == 0) {
            throw_usage(in_quotes(name) + " is no type of namespace",
                        "the types are cgroup, ipc, mnt, net, pid, time, user and uts");
        }
        bits |= found;
    }
    return bits;
}

} // namespace cli
