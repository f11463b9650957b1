// The commands that run a program, and what help says of them.
#include "commands.hpp"

#include <array>

namespace cli {

namespace {

constexpr std::array<Description, 3> descriptions{{
    {"execute", "", "run a program in new namespaces",
     "Runs PROGRAM in new namespaces, and in joined ones where an option names a FILE such as\n"
     "/run/netns/NAME. What is not asked for is shared with the caller. In a new pid namespace a small\n"
     "init is PID 1, and with a new mount namespace the program has its own /proc.",
     "  space execute --all --id bash\n"
     "  space execute -v --pid --mnt --user --uid 1000 --gid 1000 bash -c 'ps ax'\n"
     "  space execute --net=/run/netns/blue ip address\n"
     "  space execute -mpU --map-auto --tmpfs /tmp --time-limit 10m make test\n"},
    {"chroot", "ROOTFS", "run a program in a root directory of its own",
     "Runs PROGRAM in new user and mount namespaces with the directory ROOTFS as its root directory, and in\n"
     "whatever other namespaces are asked for. PROGRAM is looked up inside ROOTFS.",
     "  space chroot --pid --uid '0 1000 1' ROOTFS /bin/ls /home/\n"
     "  space chroot --all --default-mounts --read-only --tmpfs /run ROOTFS sh\n"
     "  space chroot --share user ROOTFS sh\n"},
    {"inject", "PID", "run a program in the namespaces of a process",
     "Runs PROGRAM in the namespaces of the process PID: in all that differ from the caller's if none is\n"
     "named, else in those named. A type with a FILE is joined by that file. With the mount namespace the\n"
     "program also gets the root directory of PID.",
     "  space inject PID bash\n"
     "  space inject --net --mnt PID bash\n"
     "  space inject --net=/run/netns/blue --uts PID hostname\n"},
}};

} // namespace

const Description &describe(Command command) {
    return descriptions.at(static_cast<size_t>(command));
}

std::optional<Command> find_command(std::string_view name) {
    for (const Command command : all_commands) {
        if (name == describe(command).name) {
            return command;
        }
    }
    return std::nullopt;
}

} // namespace cli
