// The control groups of the program: planned here, made and entered from outside at the start.
#include "plan/compilation.hpp"

namespace spaces {

void add_control_group(Compilation &compilation) {
    const CgroupSpec &wanted = compilation.spec.cgroup;
    if (wanted.makes_one() || wanted.join_of != 0) {
        compilation.plan.cgroup = plan_cgroup(wanted, cgroup_layout());
    }
}

} // namespace spaces
