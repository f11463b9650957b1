// A program of a user of libspaces, in C++98: it reads from a shell that runs in namespaces of its own.
#include <spaces/spaces.h>

#include <iostream>
#include <stdexcept>
#include <string>
#include <unistd.h>

static void check(spaces_status status, spaces_error *error) {
    if (status != SPACES_OK) {
        const std::string message = spaces_error_message(error);
        spaces_error_free(error);
        throw std::runtime_error(message);
    }
}

static std::string read_all(int fd) {
    std::string text;
    char buffer[256];
    for (ssize_t size; (size = read(fd, buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::string::size_type>(size));
    }
    close(fd);
    return text;
}

static int run() {
    const char *const argv[] = {"sh", "-c", "echo $$ $(id -u) $(hostname); exit 3", NULL};
    spaces_error *error = NULL;
    spaces_spec *spec = NULL;
    spaces_process *process = NULL;
    spaces_result *result = NULL;
    int output = -1;

    check(spaces_spec_new(&spec, &error), error);
    check(spaces_spec_set_args(spec, argv, &error), error);
    check(spaces_spec_unshare(spec,
                              SPACES_NAMESPACE_USER | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT |
                                  SPACES_NAMESPACE_UTS,
                              &error),
          error);
    check(spaces_spec_set_hostname(spec, "cxx98", &error), error);
    check(spaces_spec_set_init(spec, 0, &error), error);
    check(spaces_spec_set_stdio(spec, SPACES_STDOUT, SPACES_STDIO_PIPE, &error), error);
    check(spaces_spawn(spec, &process, &error), error);
    check(spaces_process_take_fd(process, SPACES_STDOUT, &output, &error), error);
    const std::string text = read_all(output);
    check(spaces_process_wait(process, -1, &result, &error), error);

    std::cout << text << spaces_result_cause(result) << ", status " << spaces_result_exit_code(result)
              << '\n';
    const bool correct = text == "1 0 cxx98\n" && spaces_result_exit_code(result) == 3;
    spaces_result_free(result);
    spaces_process_free(process);
    spaces_spec_free(spec);
    return correct ? 0 : 1;
}

int main() {
    try {
        return run();
    } catch (const std::exception &failure) {
        std::cerr << failure.what() << '\n';
        return 1;
    }
}
