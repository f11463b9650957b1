// The setters of the program's descriptors: standard streams, terminal, and those that are passed on.
#include "api/argument.hpp"
#include "base/sys.hpp"
#include "spec/check.hpp"

#include <spaces/spec.h>

namespace spaces {

namespace {

constexpr const char *stream_members[] = {"spaces.stdio.stdin", "spaces.stdio.stdout", "spaces.stdio.stderr"};

StdioSpec &stream_of(Spec &spec, int stream) {
    if (stream < SPACES_STDIN || stream > SPACES_STDERR) {
        refuse("stream",
               std::to_string(stream) + " is none of SPACES_STDIN, SPACES_STDOUT and SPACES_STDERR");
    }
    return spec.process.stdio[stream];
}

StdioSpec::Kind kind_of(int kind, int stream) {
    switch (kind) {
    case SPACES_STDIO_INHERIT:
        return StdioSpec::Kind::inherit;
    case SPACES_STDIO_NULL:
        return StdioSpec::Kind::null;
    case SPACES_STDIO_PIPE:
        return StdioSpec::Kind::pipe;
    case SPACES_STDIO_STDOUT:
        if (stream != SPACES_STDERR) {
            refuse(stream_members[stream], "only the standard error can be the same as the standard output");
        }
        return StdioSpec::Kind::merge_stdout;
    default:
        refuse("kind", std::to_string(kind) + " is none of SPACES_STDIO_…");
    }
}

} // namespace

} // namespace spaces

using namespace spaces;

spaces_status spaces_spec_set_terminal(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.process.terminal = on != 0; });
}

spaces_status spaces_spec_set_terminal_size(spaces_spec *spec, uint32_t rows, uint32_t columns,
                                            spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_terminal_size(rows, columns);
        changed.process.console_size = TerminalSize{.rows = rows, .columns = columns};
    });
}

spaces_status spaces_spec_set_stdio(spaces_spec *spec, int stream, int kind, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        StdioSpec &stdio = stream_of(changed, stream);
        stdio = StdioSpec{.kind = kind_of(kind, stream)};
    });
}

spaces_status spaces_spec_set_stdio_file(spaces_spec *spec, int stream, const char *path, int append,
                                         spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        StdioSpec &stdio = stream_of(changed, stream);
        check_path(given_text(path, "path"), std::string(stream_members[stream]) + ".path");
        stdio = StdioSpec{.kind = StdioSpec::Kind::file, .path = path, .append = append != 0};
    });
}

spaces_status spaces_spec_set_stdio_fd(spaces_spec *spec, int stream, int fd, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        StdioSpec &stdio = stream_of(changed, stream);
        stdio = StdioSpec{.kind = StdioSpec::Kind::fd, .fd = duplicate_given(fd, stream_members[stream])};
    });
}

spaces_status spaces_spec_add_fd(spaces_spec *spec, int fd, int target, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_fd_target(target);
        changed.process.fds.insert_or_assign(target, duplicate_given(fd, "spaces.fds"));
    });
}
