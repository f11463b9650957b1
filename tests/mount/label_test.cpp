// linux.mountLabel in the Plan: which mounts get it, and how. What the kernel makes of it is what
// process/mount_label_test.cpp sees, where SELinux is active.
#include "mount/label.hpp"

#include "base/error.hpp"
#include "mount/jobs.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace spaces;
namespace data = boost::unit_test::data;

namespace {

const std::string label = "system_u:object_r:container_file_t:s0:c1,c2";
const std::string option = "context=\"" + label + "\"";

Spec with_label() {
    Spec spec;
    spec.namespaces[SPACES_NAMESPACE_MOUNT] = {};
    spec.namespaces[SPACES_NAMESPACE_PID] = {};
    spec.namespaces[SPACES_NAMESPACE_NETWORK] = {};
    spec.namespaces[SPACES_NAMESPACE_IPC] = {};
    spec.mount_proc = false;
    spec.mount_label = label;
    return spec;
}

// The steps of the mounts alone: compile() would refuse the label where SELinux is not active.
CompiledPlan mounts_of(const Spec &spec) {
    Compilation compilation{
        .spec = spec, .target = Target::program, .opening = Opening::describe, .plan = {}, .namespaces = {}};
    add_mount_sources(compilation);
    add_mounts(compilation);
    return std::move(compilation.plan);
}

// What of the Plan names the label, as `space explain` shows it.
std::vector<std::string> labelled(const Spec &spec) {
    const CompiledPlan plan = mounts_of(spec);
    std::vector<std::string> found;
    for (const StepInfo &info : plan.builder.infos()) {
        if (info.what.find(label) != std::string::npos) {
            found.push_back(info.what);
        }
    }
    return found;
}

std::vector<std::string> labelled(const std::string &type, const std::vector<std::string> &options) {
    Spec spec = with_label();
    spec.mounts.push_back({type, "/mnt", type, options});
    return labelled(spec);
}

std::vector<std::string> only(const std::string &what) {
    return {what};
}

} // namespace

BOOST_AUTO_TEST_SUITE(label_test)

BOOST_DATA_TEST_CASE(new_file_systems_get_it_as_an_option,
                     data::make({"tmpfs", "ramfs", "devpts", "hugetlbfs", "ext4"}), type) {
    BOOST_TEST(labelled(type, {}) == only("mount \"" + std::string(type) + "\" on \"/mnt\" with " + option),
               boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(file_systems_that_are_there_once_do_not,
                     data::make({"proc", "sysfs", "cgroup2", "devtmpfs", "securityfs"}), type) {
    BOOST_TEST(labelled(type, {}).empty());
}

BOOST_AUTO_TEST_CASE(bind_mounts_do_not) {
    BOOST_TEST(labelled("bind", {"rbind", "ro"}).empty());
}

BOOST_AUTO_TEST_CASE(message_queues_get_it_for_their_directory) {
    BOOST_TEST(labelled("mqueue", {}) == only("give \"/mnt\" the SELinux label \"" + label + "\""),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(overlays_get_it_and_so_does_the_memory_that_they_are_in) {
    BOOST_TEST(labelled("overlay", {"lowerdir=/usr", "tmp-overlay"}) ==
                   only("mount \"overlay\" on \"/mnt\" with " + option),
               boost::test_tools::per_element());
    Spec spec = with_label();
    spec.mounts.push_back({"overlay", "/mnt", "overlay", {"lowerdir=/usr", "tmp-overlay=1m"}});
    bool seen = false;
    CompiledPlan plan = mounts_of(spec);
    const std::vector<char> buffer = plan.builder.finish();
    for (const plan::Step &step : plan.builder.steps()) {
        if (step.op == plan::Op::memory) {
            BOOST_TEST(std::string(buffer.data() + step.text[0]) == "mode=0700,size=1m," + option);
            seen = true;
        }
    }
    BOOST_TEST(seen);
}

BOOST_AUTO_TEST_CASE(a_mount_with_a_context_of_its_own_keeps_it) {
    BOOST_TEST(labelled("tmpfs", {"context=system_u:object_r:tmp_t:s0"}).empty());
    BOOST_TEST(labelled("tmpfs", {"defcontext=\"system_u:object_r:tmp_t:s0\""}).empty());
    BOOST_TEST(labelled("tmpfs", {"rootcontext=system_u:object_r:tmp_t:s0"}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_default_mounts_get_it) {
    Spec spec = with_label();
    spec.root = RootSpec{.path = "/srv"};
    spec.default_mounts = true;
    std::vector<std::string> expected;
    for (const char *mount : {"tmpfs\" on \"/dev", "devpts\" on \"/dev/pts", "tmpfs\" on \"/dev/shm"}) {
        expected.push_back("mount \"" + std::string(mount) + "\" with " + option);
    }
    expected.push_back("give \"/dev/mqueue\" the SELinux label \"" + label + "\"");
    expected.push_back("mount \"tmpfs\" on \"/tmp\" with " + option);
    BOOST_TEST(labelled(spec) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_label_nothing_is_said_of_one) {
    Spec spec = with_label();
    spec.mount_label.reset();
    spec.mounts.push_back({"tmpfs", "/mnt", "tmpfs", {"size=1m"}});
    const CompiledPlan plan = mounts_of(spec);
    BOOST_TEST(plan.builder.infos().back().what == "mount \"tmpfs\" on \"/mnt\"");
}

// What is in quotes is so for mount(2), whatever the caller has written.
BOOST_AUTO_TEST_CASE(contexts_are_always_in_quotes) {
    for (const char *written : {"context=a:b:c:s0:c1,c2", "context=\"a:b:c:s0:c1,c2\""}) {
        BOOST_TEST(parse_mount_options({written}, "/mnt").data.front() == "context=\"a:b:c:s0:c1,c2\"");
    }
    for (const char *wrong : {"context=", "context=\"\"", "fscontext=a\"b"}) {
        BOOST_CHECK_EXCEPTION(parse_mount_options({wrong}, "/mnt"), Error, [](const Error &error) {
            return error.code == SPACES_EINVALID && error.object == "/mnt";
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()
