/* What can be seen of a library for another machine under an emulator of one process: it loads, reads a Spec,
 * compiles it to a Plan and writes both down, and runs a function in namespaces of its own. A program is not
 * started: that clones with flags that such an emulator does not know. */
#include <spaces/spaces.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fails(spaces_error *error) {
    fprintf(stderr, "%s\n", spaces_error_message(error));
    spaces_error_free(error);
    return 1;
}

static int writes_it_down(void) {
    const char *const argv[] = {"/bin/true", NULL};
    spaces_spec *spec = NULL;
    spaces_error *error = NULL;
    char *json = NULL;
    char *plan = NULL;
    int failed = 0;

    if (spaces_spec_new(&spec, &error) || spaces_spec_set_args(spec, argv, &error) ||
        spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, &error) ||
        spaces_spec_set_hostname(spec, "smoke", &error) || spaces_spec_to_json(spec, &json, &error) ||
        spaces_spec_explain(spec, SPACES_EXPLAIN_TEXT, &plan, &error)) {
        failed = fails(error);
    } else {
        printf("libspaces %s\n%s", spaces_version_string(), plan);
        failed = strstr(json, "\"smoke\"") == NULL || strstr(plan, "smoke") == NULL ||
                 strstr(plan, "/bin/true") == NULL;
    }
    spaces_free(plan);
    spaces_free(json);
    spaces_spec_free(spec);
    return failed;
}

static int is_inside(void *userdata) {
    char name[64] = "";
    (void)userdata;
    return gethostname(name, sizeof name) == 0 && strcmp(name, "smoke") == 0 &&
                   access("/proc/self/status", F_OK) != 0
               ? 23
               : 1;
}

/* A mount, the host name and more. By root only: the emulator has a thread of its own, and the kernel lets no
 * thread of several make a user namespace. */
static int runs_a_function(void) {
    spaces_spec *spec = NULL;
    spaces_process *process = NULL;
    spaces_result *result = NULL;
    spaces_error *error = NULL;
    int failed = 0;

    if (spaces_spec_new(&spec, &error) ||
        spaces_spec_unshare(spec, SPACES_NAMESPACE_UTS | SPACES_NAMESPACE_MOUNT, &error) ||
        spaces_spec_set_hostname(spec, "smoke", &error) ||
        spaces_spec_add_mount(spec, "tmpfs", "/proc", "tmpfs", "nosuid", &error) ||
        spaces_fork(spec, is_inside, NULL, &process, &error) ||
        spaces_process_wait(process, -1, &result, &error)) {
        failed = fails(error);
    } else {
        printf("a function in namespaces of its own: exit code %d\n", spaces_result_exit_code(result));
        failed = spaces_result_exit_code(result) != 23;
    }
    spaces_result_free(result);
    spaces_process_free(process);
    spaces_spec_free(spec);
    return failed;
}

int main(void) {
    if (writes_it_down()) {
        return 1;
    }
    if (geteuid() != 0) {
        printf("no function is run: that takes root here\n");
        return 0;
    }
    return runs_a_function();
}
