// The setters of namespaces and of what belongs to them: id maps, clocks, names.
#include "api/argument.hpp"
#include "base/sys.hpp"
#include "spec/check.hpp"
#include "spec/edit.hpp"
#include "spec/id_map.hpp"
#include "spec/namespaces.hpp"

#include <linux/nsfs.h>
#include <spaces/spec.h>
#include <sys/ioctl.h>

namespace spaces {

namespace {

const NamespaceType &one_namespace(uint32_t bit) {
    check_namespace_bits(bit);
    const NamespaceType *const type = namespace_type(bit);
    if (type == nullptr) {
        refuse("linux.namespaces", std::to_string(bit) + " is more than one namespace");
    }
    return *type;
}

// A descriptor of another kind of namespace, or of no namespace, would fail only when the program is started.
void check_is_namespace(int fd, const NamespaceType &type) {
    const int found = ::ioctl(fd, NS_GET_NSTYPE);
    if (found == -1) {
        refuse("linux.namespaces", "descriptor " + std::to_string(fd) + " is no namespace",
               std::string("open a file such as /proc/PID/ns/") + type.file);
    }
    if (static_cast<uint32_t>(found) != type.bit) {
        const NamespaceType *const other = namespace_type(static_cast<uint32_t>(found));
        refuse("linux.namespaces", "descriptor " + std::to_string(fd) + " is a namespace of the type " +
                                       (other != nullptr ? other->name : std::to_string(found)) + ", not " +
                                       type.name);
    }
}

} // namespace

} // namespace spaces

using namespace spaces;

spaces_status spaces_spec_unshare(spaces_spec *spec, uint32_t namespaces, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_namespace_bits(namespaces);
        set_namespaces(changed, namespaces, NamespaceSpec());
    });
}

spaces_status spaces_spec_share(spaces_spec *spec, uint32_t namespaces, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_namespace_bits(namespaces);
        share_namespaces(changed, namespaces);
    });
}

spaces_status spaces_spec_join_pid(spaces_spec *spec, int pid, uint32_t namespaces,
                                   spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_pid(pid, "spaces.joinPid");
        if (namespaces == 0) {
            changed.join_all_of = pid;
            return;
        }
        check_namespace_bits(namespaces);
        set_namespaces(changed, namespaces, {.kind = NamespaceSpec::Kind::join_pid, .pid = pid});
    });
}

spaces_status spaces_spec_join_path(spaces_spec *spec, uint32_t namespace_, const char *path,
                                    spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        const NamespaceType &type = one_namespace(namespace_);
        check_path(given_text(path, "path"), "linux.namespaces");
        set_namespaces(changed, type.bit, {.kind = NamespaceSpec::Kind::join_path, .path = path});
    });
}

spaces_status spaces_spec_join_fd(spaces_spec *spec, uint32_t namespace_, int fd,
                                  spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        const NamespaceType &type = one_namespace(namespace_);
        SharedFd own = duplicate_given(fd, "linux.namespaces");
        check_is_namespace(fd, type);
        set_namespaces(changed, type.bit, {.kind = NamespaceSpec::Kind::join_fd, .fd = std::move(own)});
    });
}

spaces_status spaces_spec_set_time_offset(spaces_spec *spec, const char *clock, int64_t seconds,
                                          uint32_t nanoseconds, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        const TimeOffset offset{.seconds = seconds, .nanoseconds = nanoseconds};
        check_time_offset(given_text(clock, "clock"), offset);
        changed.time_offsets.insert_or_assign(clock, offset);
    });
}

spaces_status spaces_spec_set_uid_map(spaces_spec *spec, const char *map, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.uid_map = parse_id_map(given_text(map, "map"), "linux.uidMappings");
    });
}

spaces_status spaces_spec_set_gid_map(spaces_spec *spec, const char *map, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.gid_map = parse_id_map(given_text(map, "map"), "linux.gidMappings");
    });
}

spaces_status spaces_spec_set_setgroups(spaces_spec *spec, int allow, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.setgroups = allow != 0; });
}

spaces_status spaces_spec_set_hostname(spaces_spec *spec, const char *name, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_hostname(given_text(name, "name"), "hostname");
        changed.hostname = name;
    });
}

spaces_status spaces_spec_set_domainname(spaces_spec *spec, const char *name, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_hostname(given_text(name, "name"), "domainname");
        changed.domainname = name;
    });
}
