// A temporary directory, and a small root file system in one.
#include "support/temp_dir.hpp"

#include "support/child.hpp"
#include "support/fd.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace support {

namespace {

namespace fs = std::filesystem;

bool has_mounts_below(const std::string &path) {
    std::istringstream table(read_file("/proc/self/mountinfo"));
    for (std::string line; std::getline(table, line);) {
        if (line.find(" " + path) != std::string::npos) {
            return true;
        }
    }
    return false;
}

void copy_program(const std::string &from, const std::string &to) {
    fs::copy_file(from, to);
    must(::chmod(to.c_str(), 0755), "chmod");
}

} // namespace

TempDir::TempDir() : path_("/tmp/spaces-test-XXXXXX"), owner_(::getpid()) {
    if (::mkdtemp(path_.data()) == nullptr) {
        throw_errno("mkdtemp");
    }
    must(::chmod(path_.c_str(), 0755), "chmod");
}

TempDir::~TempDir() {
    if (::getpid() != owner_) {
        return;
    }
    if (has_mounts_below(path_)) {
        BOOST_ERROR("something is still mounted below " + path_ + ", which is left alone");
        return;
    }
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string TempDir::file(const std::string &name, const std::string &text, mode_t mode) const {
    const std::string path = path_ + "/" + name;
    write_file(path, text);
    must(::chmod(path.c_str(), mode), "chmod");
    return path;
}

std::string TempDir::directory(const std::string &name, mode_t mode) const {
    const std::string path = path_ + "/" + name;
    must(::mkdir(path.c_str(), 0755), "mkdir");
    must(::chmod(path.c_str(), mode), "chmod");
    return path;
}

Rootfs::Rootfs() {
    for (const char *name : {"bin", "dev", "etc", "home", "mnt", "proc", "root", "sys", "usr"}) {
        directory(name);
    }
    directory("tmp", 01777);
    copy_program("/bin/busybox", path() + "/bin/busybox");
    for (const char *applet : {"cat", "chroot", "echo", "grep", "head", "ls", "mount", "readlink", "sh",
                               "stat", "touch", "true", "wc"}) {
        fs::create_symlink("busybox", path() + "/bin/" + applet);
    }
    copy_program(probe(), path() + "/bin/probe");
    file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    file("etc/group", "root:x:0:\n");
}

const std::string &probe() {
    static const TempDir dir;
    static const std::string path = [] {
        const std::string copy = dir.path() + "/probe";
        copy_program(SPACES_TEST_PROBE, copy);
        return copy;
    }();
    return path;
}

// Before any test forks: a copy that a child made would be the child's to remove, and children end by _exit.
[[maybe_unused]] static const std::string &made_early = probe();

} // namespace support
