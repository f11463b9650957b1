#include <spaces/spaces.h>
#include <stdio.h>

int main(void) {
    const char *const argv[] = {"ps", "ax", NULL};
    spaces_spec *spec;
    spaces_process *process;
    spaces_result *result;
    spaces_error *error;

    if (spaces_spec_new(&spec, &error) || spaces_spec_set_args(spec, argv, &error) ||
        spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, &error) || spaces_spawn(spec, &process, &error) ||
        spaces_process_wait(process, -1, &result, &error)) {
        fprintf(stderr, "%s\n", spaces_error_message(error));
        return 125;
    }
    return spaces_result_shell_status(result);
}
