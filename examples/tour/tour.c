#include <spaces/spaces.h>
#include <stdio.h>

int main(void) {
    const char *const argv[] = {"sh", "-c", "echo process $$ of user $(id -u) on $(uname -n); exit 3", NULL};
    spaces_spec *spec;
    spaces_process *process;
    spaces_result *result;
    spaces_error *error;

    if (spaces_spec_new(&spec, &error) || spaces_spec_set_args(spec, argv, &error) ||
        spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, &error) ||
        spaces_spec_set_hostname(spec, "box", &error) || spaces_spawn(spec, &process, &error) ||
        spaces_process_wait(process, -1, &result, &error)) {
        fprintf(stderr, "%s\n%s\n", spaces_error_message(error), spaces_error_hint(error));
        return 1;
    }
    printf("exit status %d\n", spaces_result_exit_code(result));
    return 0;
}
