// A temporary directory, and a small root file system in one.
#pragma once

#include <string>
#include <sys/types.h>

namespace support {

// World-readable, so that a test's other users can reach what is in it. Removed at the end, by the process
// that made it and only if nothing is mounted below: a mount that leaked is reported, and not emptied.
class TempDir {
  public:
    TempDir();
    TempDir(const TempDir &) = delete;
    TempDir &operator=(const TempDir &) = delete;
    ~TempDir();

    const std::string &path() const noexcept { return path_; }
    // A path in it, of a new file with this content.
    std::string file(const std::string &name, const std::string &text, mode_t mode = 0644) const;
    std::string directory(const std::string &name, mode_t mode = 0755) const;

  private:
    std::string path_;
    pid_t owner_;
};

// A root file system with busybox and the probe in /bin, and the usual empty directories.
class Rootfs : public TempDir {
  public:
    Rootfs();
};

// The program of the tests that tells what it sees (probe.cpp), at a path that every user can execute.
const std::string &probe();

} // namespace support
