// One row of the failure table: how a failure is provoked, and everything that the error must say.
#pragma once

#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace failure_table {

// Files for the rows to stumble over. In the texts of the table its path is written as DIR, that of the root
// file system as ROOTFS, the probe's as PROBE, the long name as LONG and the stage as STAGE.
struct Scene : support::TempDir {
    Scene();
    std::string at(const std::string &name) const { return path() + "/" + name; }

    support::Rootfs rootfs;
    inline static const std::string long_name = "/" + std::string(256, 'n');
};

struct Row {
    const char *name;
    support::Failure (*provoke)(const Scene &scene);
    spaces_status code;
    const char *step;
    int error_number;
    const char *object;
    const char *message;
    bool has_hint;
    // Where the failure needs other surroundings than the test has by itself: calls the body in them.
    void (*within)(const Scene &scene, const support::Body &body) = nullptr;
    support::Condition condition = nullptr;
};

inline std::ostream &operator<<(std::ostream &stream, const Row &row) {
    return stream << row.name;
}

// The rows by subject, a file each.
extern const std::vector<Row> spec_rows;
extern const std::vector<Row> program_rows;
extern const std::vector<Row> file_system_rows;
extern const std::vector<Row> namespace_rows;
extern const std::vector<Row> identity_rows;
extern const std::vector<Row> process_rows;

// A program that would run.
support::Spec sound();
support::Spec sound_in(const Scene &scene); // in a root directory

// The new namespaces that the rows about something else need: a user namespace whoever runs the test, so that
// the errors are the same for root and for others.
constexpr uint32_t user_and_mount = SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT;

// Surroundings
void as_ordinary_user(const Scene &scene, const support::Body &body);

} // namespace failure_table
