#include <spaces/spaces.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Say what failed and how to mend it, and free the error. */
static int fail(spaces_error *error) {
    fprintf(stderr, "%s\n", spaces_error_message(error));
    if (*spaces_error_hint(error) != '\0') {
        fprintf(stderr, "hint: %s\n", spaces_error_hint(error));
    }
    spaces_error_free(error);
    return 125;
}

int main(void) {
    const char *const argv[] = {
        "sh", "-c", "echo process $$ on $(uname -n); ls -A /tmp",
        NULL};
    spaces_spec *spec = NULL;
    spaces_process *process = NULL;
    spaces_result *result = NULL;
    spaces_error *error = NULL;
    char text[4096];
    ssize_t size;
    int output = -1;
    int status = 0;

    if (spaces_spec_new(&spec, &error) ||
        spaces_spec_set_args(spec, argv, &error) ||
        spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, &error) ||
        spaces_spec_set_hostname(spec, "box", &error) ||
        spaces_spec_add_mount(spec, "tmpfs", "/tmp", "tmpfs",
                              "size=16m,mode=1777", &error) ||
        spaces_spec_set_stdio(spec, SPACES_STDOUT, SPACES_STDIO_PIPE,
                              &error) ||
        spaces_spec_set_time_limit(spec, 10000, 1000, &error) ||
        spaces_spawn(spec, &process, &error) ||
        spaces_process_take_fd(process, SPACES_STDOUT, &output,
                               &error)) {
        status = fail(error);
    } else {
        while ((size = read(output, text, sizeof text)) > 0) {
            fwrite(text, 1, (size_t)size, stdout);
        }
        close(output);
        if (spaces_process_wait(process, -1, &result, &error)) {
            status = fail(error);
        } else if (strcmp(spaces_result_cause(result), "exited") !=
                   0) {
            fprintf(stderr, "ended by signal %d: %s\n",
                    spaces_result_signal(result),
                    spaces_result_cause(result));
            status = spaces_result_shell_status(result);
        } else {
            status = spaces_result_exit_code(result);
        }
    }
    spaces_result_free(result); /* in any order, and NULL is fine */
    spaces_process_free(process);
    spaces_spec_free(spec);
    return status;
}
