/* A program of a user of libspaces, in C89: it runs a shell in namespaces of its own and looks at the result.
 */
#include <spaces/spaces.h>
#include <stdio.h>
#include <string.h>

static int fail(spaces_error *error) {
    fprintf(stderr, "%s (step %s, errno %d)\n%s\n", spaces_error_message(error), spaces_error_step(error),
            spaces_error_errno(error), spaces_error_hint(error));
    spaces_error_free(error);
    return 1;
}

int main(void) {
    /* The shell is PID 1 of its own pid namespace, or this is no container. */
    const char *argv[] = {"sh", "-c", "test $$ = 1 && exit 42", NULL};
    const uint32_t namespaces = SPACES_NAMESPACE_USER | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT;
    spaces_spec *spec = NULL;
    spaces_process *process = NULL;
    spaces_result *result = NULL;
    spaces_error *error = NULL;
    int correct;

    if (spaces_version() / 1000000 != SPACES_VERSION_MAJOR) {
        fprintf(stderr, "library %s, headers %d\n", spaces_version_string(), SPACES_VERSION_MAJOR);
        return 1;
    }
    if (spaces_spec_new(&spec, &error) || spaces_spec_set_args(spec, argv, &error) ||
        spaces_spec_unshare(spec, namespaces, &error) || spaces_spec_set_init(spec, 0, &error) ||
        spaces_spawn(spec, &process, &error) || spaces_process_wait(process, -1, &result, &error)) {
        return fail(error);
    }
    printf("%s, status %d\n", spaces_result_cause(result), spaces_result_exit_code(result));
    correct = strcmp(spaces_result_cause(result), "exited") == 0 && spaces_result_exit_code(result) == 42;

    spaces_result_free(result);
    spaces_process_free(process);
    spaces_spec_free(spec);
    return correct ? 0 : 1;
}
