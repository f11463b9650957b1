// The failure table: each row provokes one failure and checks code, step, errno, object and the one line of
// text, and that nothing is left of the attempt.
#include "failure_table/row.hpp"

#include "support/host_state.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <regex>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace failure_table {

Scene::Scene() {
    file("plain", "no program\n", 0644);
    file("not-executable", "#!/bin/sh\n", 0644);
    file("no-interpreter", "#!/nonexistent/interpreter -x\n", 0755);
    file("garbage", "\x01\x02 neither a script nor a program\n", 0755);
    directory("directory");
    directory("closed", 0700);
    file("closed/program", "#!/bin/sh\n", 0755);
    directory("open", 0777);
    for (const char *name : {"loop-a", "loop-b"}) {
        const char *other = std::strcmp(name, "loop-a") == 0 ? "loop-b" : "loop-a";
        must(::symlink(other, at(name).c_str()), "symlink");
    }
}

Spec sound() {
    return Spec({probe(), "exit", "0"});
}

Spec sound_in(const Scene &scene) {
    Spec spec({"/bin/probe", "exit", "0"});
    spec.unshare(user_and_mount).with<spaces_spec_set_root>(scene.rootfs.path().c_str(), 0);
    return spec;
}

void as_ordinary_user(const Scene &, const Body &body) {
    as_user(nobody_special, body);
}

namespace {

std::string replaced(std::string text, const std::string &what, const std::string &by) {
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size()) {
        text.replace(at, what.size(), by);
    }
    return text;
}

bool is_one_line(const std::string &text) {
    return text.find_first_of("\n\r\t") == std::string::npos;
}

struct Fixture {
    Scene scene;

    // Names that differ from run to run are written by what they are.
    std::string general(const std::string &text) const {
        std::string result = replaced(replaced(text, scene.rootfs.path(), "ROOTFS"), scene.path(), "DIR");
        result = replaced(replaced(result, probe(), "PROBE"), Scene::long_name, "LONG");
        result = replaced(result, SPACES_STAGE_INSTALLED, "STAGE");
        return std::regex_replace(result, std::regex("process [0-9]+"), "process PID");
    }

    void check(const Row &row) const {
        std::optional<Failure> failure;
        expect_unchanged(row.name, [&] { failure.emplace(row.provoke(scene)); });
        BOOST_TEST_CONTEXT(failure->text) {
            BOOST_TEST(failure->status == row.code);
            BOOST_TEST(failure->code == row.code);
            BOOST_TEST(failure->step == row.step);
            BOOST_TEST(failure->error_number == row.error_number);
            BOOST_TEST(general(failure->object) == row.object);
            BOOST_TEST(general(failure->message) == row.message);
            BOOST_TEST(failure->hint.empty() == !row.has_hint);
            BOOST_TEST(is_one_line(failure->message));
            BOOST_TEST(is_one_line(failure->hint));
            BOOST_TEST(!failure->message.ends_with('.'));
            // Where a system call is named, so is its errno.
            BOOST_TEST((failure->system_call.empty() || failure->error_number != 0));
        }
    }
};

std::vector<Row> all_rows() {
    std::vector<Row> rows;
    for (const auto *part :
         {&spec_rows, &program_rows, &file_system_rows, &namespace_rows, &identity_rows, &process_rows}) {
        rows.insert(rows.end(), part->begin(), part->end());
    }
    return rows;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(failure_table_test, Fixture, *needs(user_namespaces))

// One test case for all rows: the tables are other files' constants, which a data set would read too early.
BOOST_AUTO_TEST_CASE(each_failure_is_told_in_full_and_leaves_nothing) {
    for (const Row &row : all_rows()) {
        if (row.condition != nullptr && !row.condition()) {
            std::cerr << "skipped: " << row.name << ": " << row.condition().message().str() << std::endl;
            continue;
        }
        BOOST_TEST_CONTEXT("row \"" << row.name << "\"") {
            try {
                if (row.within != nullptr) {
                    row.within(scene, [&] { check(row); });
                } else {
                    check(row);
                }
            } catch (const std::exception &error) {
                BOOST_ERROR("not provoked: " << error.what());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(there_are_at_least_forty_of_them) {
    BOOST_TEST(all_rows().size() >= 40u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace failure_table
