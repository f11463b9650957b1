// The file mode creation mask of the program.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

using namespace support;

BOOST_AUTO_TEST_SUITE(umask_test)

BOOST_AUTO_TEST_CASE(is_the_callers_by_default) {
    in_child([] {
        ::umask(0037);
        BOOST_TEST(output_of(Spec({probe(), "umask"})) == "0037\n");
    });
}

BOOST_AUTO_TEST_CASE(is_what_was_set) {
    for (const uint32_t mask : {0u, 0027u, 0777u}) {
        Spec spec({probe(), "umask"});
        spec.with<spaces_spec_set_umask>(mask);
        char expected[8];
        std::snprintf(expected, sizeof expected, "%04o\n", mask);
        BOOST_TEST(output_of(spec) == expected);
    }
}

BOOST_AUTO_TEST_CASE(does_not_change_the_modes_of_what_is_made_for_the_program) {
    // The mask is the program's; files for its streams are opened with the caller's.
    const TempDir dir;
    in_child([&] {
        ::umask(0022);
        Spec spec({probe(), "umask"});
        spec.with<spaces_spec_set_umask>(0777u);
        spec.with<spaces_spec_set_stdio_file>(SPACES_STDOUT, (dir.path() + "/out").c_str(), 0);
        BOOST_TEST(start(spec).wait().exit_code() == 0);
        struct stat status;
        must(::stat((dir.path() + "/out").c_str(), &status), "stat");
        BOOST_TEST((status.st_mode & 0777) == 0644u);
    });
}

BOOST_AUTO_TEST_CASE(refuses_bits_that_are_no_permissions) {
    const Failure failure = failure_of<spaces_spec_set_umask>(Spec(), 01000u);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
}

BOOST_AUTO_TEST_SUITE_END()
