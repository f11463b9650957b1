// A test's body as somebody else: an ordinary user, one with subordinate ids, root with fewer capabilities.
#include "support/users.hpp"

#include "support/fd.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace support {

namespace {

void become(uid_t uid) {
    const gid_t gid = uid;
    must(::setgroups(0, nullptr), "setgroups");
    must(::setresgid(gid, gid, gid), "setresgid");
    must(::setresuid(uid, uid, uid), "setresuid");
    // A user's shell was execed after its login; this process was not, and would own nothing of its own
    // /proc.
    must(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "PR_SET_DUMPABLE");
}

void bind_over(const std::string &path, const std::string &text, const TempDir &dir) {
    const std::string replacement = dir.path() + "/" + path.substr(path.rfind('/') + 1);
    write_file(replacement, text);
    must(::mount(replacement.c_str(), path.c_str(), nullptr, MS_BIND, nullptr), path.c_str());
}

} // namespace

void as_user(uid_t uid, const Body &body) {
    in_child([&] {
        become(uid);
        body();
    });
}

void as_everybody(const std::function<void(const std::string &who)> &body) {
    if (::geteuid() != 0) {
        body("an ordinary user");
        return;
    }
    body("root");
    as_user(nobody_special, [&] { body("an ordinary user"); });
}

void as_account(const Account &account, const Body &body) {
    const TempDir dir;
    in_mount_namespace([&] {
        const std::string id = std::to_string(account.uid);
        bind_over("/etc/passwd",
                  read_file("/etc/passwd") + account.name + ":x:" + id + ":" + id +
                      "::/nonexistent:/bin/sh\n",
                  dir);
        bind_over("/etc/group", read_file("/etc/group") + account.name + ":x:" + id + ":\n", dir);
        bind_over("/etc/subuid", account.subuid, dir);
        bind_over("/etc/subgid", account.subgid, dir);
        become(account.uid);
        body();
    });
}

void without_capability(int capability, const Body &body) {
    in_child([&] {
        must(::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "PR_CAPBSET_DROP");
        __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
        __user_cap_data_struct sets[2];
        must(::syscall(SYS_capget, &header, sets), "capget");
        auto &half = sets[CAP_TO_INDEX(capability)];
        const uint32_t others = ~static_cast<uint32_t>(CAP_TO_MASK(capability));
        half.effective &= others;
        half.permitted &= others;
        half.inheritable &= others;
        must(::syscall(SYS_capset, &header, sets), "capset");
        body();
    });
}

void with_no_more_namespaces(const std::string &kind, const Body &body) {
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    in_user_namespace([&] {
        // No O_CREAT: these are files of /proc.
        const auto put = [](const std::string &path, const std::string &text) {
            write_all(open_file(path, O_WRONLY).get(), text);
        };
        put("/proc/self/setgroups", "deny");
        put("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
        put("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
        put("/proc/sys/user/max_" + kind + "_namespaces", "0");
        body();
    });
}

} // namespace support
