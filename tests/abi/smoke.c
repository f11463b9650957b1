/* What can be seen of a library for another machine under an emulator of one process: it loads, reads a Spec,
 * compiles it to a Plan and writes both down. */
#include <spaces/spaces.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    const char *const argv[] = {"/bin/true", NULL};
    spaces_spec *spec = NULL;
    spaces_error *error = NULL;
    char *json = NULL;
    char *plan = NULL;
    int correct = 0;

    if (spaces_spec_new(&spec, &error) || spaces_spec_set_args(spec, argv, &error) ||
        spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, &error) ||
        spaces_spec_set_hostname(spec, "smoke", &error) || spaces_spec_to_json(spec, &json, &error) ||
        spaces_spec_explain(spec, SPACES_EXPLAIN_TEXT, &plan, &error)) {
        fprintf(stderr, "%s\n", spaces_error_message(error));
        spaces_error_free(error);
    } else {
        printf("libspaces %s\n%s", spaces_version_string(), plan);
        correct = strstr(json, "\"smoke\"") != NULL && strstr(plan, "smoke") != NULL &&
                  strstr(plan, "/bin/true") != NULL;
    }
    spaces_free(plan);
    spaces_free(json);
    spaces_spec_free(spec);
    return correct ? 0 : 1;
}
