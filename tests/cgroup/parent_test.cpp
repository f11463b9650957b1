// Which group of version 2 has the container's as a child: on hierarchies of plain files.
#include "cgroup/parent.hpp"

#include "base/error.hpp"
#include "cgroup/owner.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

using namespace spaces;
using namespace support;

namespace {

class Hierarchy {
  public:
    void add(const std::string &path, const std::string &available, const std::string &enabled,
             const std::string &procs = "", bool is_root = false) {
        const std::string directory = directory_.path() + path;
        std::filesystem::create_directories(directory);
        put(directory + "/cgroup.controllers", available);
        put(directory + "/cgroup.subtree_control", enabled);
        put(directory + "/cgroup.procs", procs);
        if (!is_root) {
            put(directory + "/cgroup.type", "domain\n");
        }
    }

    ParentGroup parent_of(const std::string &own, const std::set<std::string> &needed,
                          const std::set<std::string> &liked = {}) const {
        CgroupLayout layout;
        layout.v2 = directory_.path() + own;
        layout.v2_mount = directory_.path();
        ParentGroup parent = find_v2_parent(layout, needed, liked);
        parent.directory = parent.directory.substr(directory_.path().size());
        return parent;
    }

    std::string refusal(const std::string &own, const std::set<std::string> &needed) const {
        try {
            parent_of(own, needed);
        } catch (const Error &error) {
            return error.message;
        }
        return "";
    }

    const std::string &path() const { return directory_.path(); }

  private:
    static void put(const std::string &path, const std::string &text) { std::ofstream(path) << text; }

    TempDir directory_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(parent_test)

BOOST_AUTO_TEST_CASE(the_root_group_may_have_processes) {
    Hierarchy hierarchy;
    hierarchy.add("", "cpu memory pids\n", "cpu memory\n", "1\n", true);
    BOOST_TEST(hierarchy.parent_of("", {"memory"}).directory == "");
    BOOST_TEST(hierarchy.parent_of("", {"memory"}).enable.empty());
}

BOOST_AUTO_TEST_CASE(a_group_with_processes_has_a_sibling_of_the_container) {
    Hierarchy hierarchy;
    hierarchy.add("", "cpu memory pids\n", "cpu memory pids\n", "1\n", true);
    hierarchy.add("/user", "cpu memory pids\n", "memory pids\n");
    hierarchy.add("/user/session", "memory pids\n", "", "100\n");
    BOOST_TEST(hierarchy.parent_of("/user/session", {"memory"}).directory == "/user");
    BOOST_TEST(hierarchy.parent_of("/user/session", {"cpu"}).directory == "");
    BOOST_TEST(hierarchy.parent_of("/user/session", {}).directory == "/user/session");
    // Counting is liked, and to be had one further up.
    BOOST_TEST(hierarchy.parent_of("/user/session", {}, {"memory", "pids"}).directory == "/user");
}

BOOST_AUTO_TEST_CASE(a_group_of_the_callers_own_gets_controllers_enabled, *needs(root)) {
    Hierarchy hierarchy;
    hierarchy.add("", "cpu memory pids\n", "cpu memory pids\n", "1\n", true);
    hierarchy.add("/delegated", "cpu memory pids\n", "pids\n");
    hierarchy.add("/delegated/own", "pids\n", "", "100\n");
    as_user(nobody_special, [&] {
        BOOST_TEST(hierarchy.refusal("/delegated/own", {"memory"}).find("may not be written") !=
                   std::string::npos);
    });
    for (const char *part : {"", "/cgroup.procs", "/cgroup.subtree_control", "/own", "/own/cgroup.procs"}) {
        BOOST_TEST(
            ::chown((hierarchy.path() + "/delegated" + part).c_str(), nobody_special, nobody_special) == 0);
    }
    as_user(nobody_special, [&] {
        const ParentGroup parent = hierarchy.parent_of("/delegated/own", {"memory", "pids"});
        BOOST_TEST(parent.directory == "/delegated");
        BOOST_TEST((parent.enable == std::vector<std::string>{"memory"}));
    });
    // The superuser changes nothing in a group that is the user's, and finds one further up.
    BOOST_TEST(hierarchy.parent_of("/delegated/own", {"memory"}).directory == "");
}

BOOST_AUTO_TEST_CASE(what_stands_in_the_way_is_said_of_each_group) {
    Hierarchy hierarchy;
    hierarchy.add("", "cpu\n", "cpu\n", "1\n");
    hierarchy.add("/a", "cpu\n", "", "100\n");
    const std::string message = hierarchy.refusal("/a", {"memory"});
    BOOST_TEST(message.find("with the controllers memory") != std::string::npos);
    BOOST_TEST(message.find("/a has not all of these controllers") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_name_of_a_group_tells_its_owner) {
    const GroupOwner self = calling_process();
    BOOST_TEST(self.pid == ::getpid());
    BOOST_TEST(self.start_time != 0u);
    BOOST_TEST((owner_in(new_group_name(self)) == self));
    BOOST_TEST(new_group_name(self) != new_group_name(self));
    BOOST_TEST(!has_ended(self));
    BOOST_TEST(has_ended({self.pid_namespace, self.pid, self.start_time + 1}));
    BOOST_TEST(!has_ended({self.pid_namespace + 1, self.pid, self.start_time + 1})); // not ours to see
    for (const char *name : {"spaces", "spaces-1", "spaces-1-2-3", "spaces-1-2-3-xyz",
                             "spaces-a-2-3-00000000", "spaces-1-0-3-00000000", "other-1-2-3-00000000", ""}) {
        BOOST_TEST(!owner_in(name).has_value(), name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
