// Whole commands, from their start to their end: `space` beside others that do the same work.
#include "sections.hpp"
#include "table.hpp"

#include <cerrno>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace bench {

namespace {

using Command = std::vector<std::string>;

double run(const Command &command) {
    std::vector<char *> argv;
    for (const std::string &argument : command) {
        argv.push_back(const_cast<char *>(argument.c_str()));
    }
    argv.push_back(nullptr);
    return timed([&] {
        pid_t pid;
        if (const int error = ::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), ::environ);
            error != 0) {
            throw std::system_error(error, std::generic_category(), command.front());
        }
        int status = 0;
        ::waitpid(pid, &status, 0);
        if (status != 0) {
            throw std::runtime_error(command.front() + " has failed");
        }
    });
}

Contender contender(std::string name, const Command &command, std::optional<Target> target = {}) {
    return {std::move(name), [=] { return run(command); }, target};
}

// What bwrap's --dev makes. --default-mounts makes a /sys, a /tmp and a /dev/mqueue more.
Command with_dev(const std::string &space, const std::string &program) {
    Command command{
        space,           "execute", "--all",
        "--share",       "time",    "--id",
        "--root",        "/",       "--tmpfs",
        "/dev:mode=755", "--mount", "type=devpts,target=/dev/pts,newinstance,ptmxmode=0666,mode=620"};
    for (const char *device : {"null", "zero", "full", "random", "urandom", "tty"}) {
        command.insert(command.end(), {"--bind", std::string("/dev/") + device});
    }
    command.insert(command.end(), {"--", program});
    return command;
}

} // namespace

void bench_command(const Options &options) {
    const std::string space = options.space.empty() ? "space" : options.space;
    // Many times dearer than a call of the library, and as much steadier.
    const int samples = (options.samples + 1) / 2;
    const std::string program = "/bin/true";

    print_contest("Whole commands: new namespaces of every kind, the caller is root, its own /proc",
                  {contender("unshare -U -r -m -p -f -n -u -i -C -T --mount-proc",
                             {"unshare", "-U", "-r", "-m", "-p", "-f", "-n", "-u", "-i", "-C", "-T",
                              "--mount-proc", program}),
                   contender("space execute --all --id", {space, "execute", "--all", "--id", "--", program},
                             Target{0, 1.0})},
                  samples);
    print_contest("Whole commands: a root directory with its own /proc and /dev",
                  {contender("bwrap --unshare-all --bind / / --proc /proc --dev /dev",
                             {"bwrap", "--unshare-all", "--bind", "/", "/", "--proc", "/proc", "--dev",
                              "/dev", program}),
                   contender("space execute --all … --root /, the same mounts one by one",
                             with_dev(space, program), Target{0, 0.6}),
                   contender("space execute --all … --root / --default-mounts",
                             {space, "execute", "--all", "--share", "time", "--id", "--root", "/",
                              "--default-mounts", "--", program},
                             Target{0})},
                  samples);
}

} // namespace bench
