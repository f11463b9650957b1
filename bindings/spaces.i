// The C API of libspaces as SWIG reads it, shared by all languages: prototypes, and nothing of any language.
//
// A language's own interface file defines its typemaps first and then includes this one. It has to know these
// shapes of parameters, which are the same throughout the API:
//
//   spaces_status (returned)                0, or an error that the last parameter tells of
//   spaces_error **error                    input without a value: becomes the language's error
//   T **ret_NAME                            a new handle, owned by the caller
//   char **ret_json, char **ret_text        new text, to be given back to spaces_free()
//   int *ret_fd                             a descriptor that the caller closes
//   uint64_t *ret_value                     a number
//   const char *const *argv                 a list of strings, ended by NULL
//   const char *json, size_t size           text with its length
//   const void *data, size_t size           bytes, as text is
//   const uint32_t *gids, size_t count      a list of numbers
//   spaces_main_fn main, void *userdata     a callable of the language
//   spaces_fork_fn fork, spaces_main_fn main, void *userdata     the same, where the language forks itself
//
// A body-less %extend maps METHOD of TYPE to the C function TYPE_METHOD, so that the lists below are checked
// against the headers by the C compiler.

%{
#include <spaces/spaces.h>
%}

%include <stdint.i>

%apply (const char *json, size_t size) { (const void *data, size_t size) };

typedef int spaces_status;

enum {
    SPACES_OK,
    SPACES_EINVALID,
    SPACES_ESYSTEM,
    SPACES_ESETUP,
    SPACES_EUNSUPPORTED,
    SPACES_ENOTFOUND,
    SPACES_EEXISTS,
    SPACES_ESTATE,
    SPACES_ETIMEOUT,
    SPACES_ENOMEMORY
};
enum { SPACES_STDIN, SPACES_STDOUT, SPACES_STDERR, SPACES_TERMINAL, SPACES_SECCOMP };
enum { SPACES_STDIO_INHERIT, SPACES_STDIO_NULL, SPACES_STDIO_PIPE, SPACES_STDIO_STDOUT };
enum {
    SPACES_CAPABILITIES_BOUNDING,
    SPACES_CAPABILITIES_EFFECTIVE,
    SPACES_CAPABILITIES_INHERITABLE,
    SPACES_CAPABILITIES_PERMITTED,
    SPACES_CAPABILITIES_AMBIENT
};
enum { SPACES_EXPLAIN_TEXT, SPACES_EXPLAIN_JSON };

%constant uint32_t SPACES_NAMESPACE_TIME = SPACES_NAMESPACE_TIME;
%constant uint32_t SPACES_NAMESPACE_MOUNT = SPACES_NAMESPACE_MOUNT;
%constant uint32_t SPACES_NAMESPACE_CGROUP = SPACES_NAMESPACE_CGROUP;
%constant uint32_t SPACES_NAMESPACE_UTS = SPACES_NAMESPACE_UTS;
%constant uint32_t SPACES_NAMESPACE_IPC = SPACES_NAMESPACE_IPC;
%constant uint32_t SPACES_NAMESPACE_USER = SPACES_NAMESPACE_USER;
%constant uint32_t SPACES_NAMESPACE_PID = SPACES_NAMESPACE_PID;
%constant uint32_t SPACES_NAMESPACE_NETWORK = SPACES_NAMESPACE_NETWORK;
%constant uint32_t SPACES_NAMESPACE_ALL = SPACES_NAMESPACE_ALL;
%constant uint64_t SPACES_RLIM_INFINITY = SPACES_RLIM_INFINITY;

%nodefaultctor;
%nodefaultdtor;

typedef struct {
} spaces_spec;
typedef struct {
} spaces_start;
typedef struct {
} spaces_process;
typedef struct {
} spaces_result;

int spaces_version(void);
const char *spaces_version_string(void);
int spaces_has(const char *feature);

spaces_status spaces_host_features(char **ret_json, spaces_error **error);

spaces_status spaces_spec_new(spaces_spec **ret_spec, spaces_error **error);
spaces_status spaces_spec_copy(const spaces_spec *spec, spaces_spec **ret_spec, spaces_error **error);

%extend spaces_spec {
    ~spaces_spec() { spaces_spec_free($self); }

    spaces_status load_json(const char *json, size_t size, spaces_error **error);
    spaces_status to_json(char **ret_json, spaces_error **error);
    spaces_status explain(int form, char **ret_text, spaces_error **error);

    // The program
    spaces_status set_args(const char *const *argv, spaces_error **error);
    spaces_status set_executable(const char *path, spaces_error **error);
    spaces_status set_env(const char *name, const char *value, spaces_error **error);
    spaces_status unset_env(const char *name, spaces_error **error);
    spaces_status clear_env(spaces_error **error);
    spaces_status set_cwd(const char *path, spaces_error **error);
    spaces_status set_uid(uint32_t uid, spaces_error **error);
    spaces_status set_gid(uint32_t gid, spaces_error **error);
    spaces_status set_groups(const uint32_t *gids, size_t count, spaces_error **error);
    spaces_status set_umask(uint32_t mask, spaces_error **error);
    spaces_status set_rlimit(const char *name, uint64_t soft, uint64_t hard, spaces_error **error);
    spaces_status set_capabilities(int set, const char *const *argv, spaces_error **error);
    spaces_status drop_capability(const char *name, spaces_error **error);
    spaces_status add_capability(const char *name, spaces_error **error);
    spaces_status add_securebit(const char *name, spaces_error **error);
    spaces_status set_no_new_privs(int on, spaces_error **error);
    spaces_status confine(const char *word, spaces_error **error);
    spaces_status set_apparmor_profile(const char *profile, spaces_error **error);
    spaces_status set_selinux_label(const char *label, spaces_error **error);
    spaces_status set_mount_label(const char *label, spaces_error **error);
    spaces_status add_landlock_path(const char *path, const char *access, spaces_error **error);
    spaces_status add_landlock_port(const char *access, uint32_t port, spaces_error **error);
    spaces_status set_scheduler(const char *policy, int nice, int priority, spaces_error **error);
    spaces_status set_io_priority(const char *io_class, int priority, spaces_error **error);
    spaces_status set_cpu_affinity(const char *cpus, spaces_error **error);
    spaces_status set_personality(const char *domain, spaces_error **error);
    spaces_status set_sysctl(const char *name, const char *value, spaces_error **error);
    spaces_status set_new_keyring(int on, spaces_error **error);
    spaces_status set_oom_score_adj(int score, spaces_error **error);
    spaces_status set_new_session(int on, spaces_error **error);
    spaces_status set_process_group(int pgid, spaces_error **error);
    spaces_status set_terminal(int on, spaces_error **error);
    spaces_status set_terminal_size(uint32_t rows, uint32_t columns, spaces_error **error);
    spaces_status set_stdio(int stream, int kind, spaces_error **error);
    spaces_status set_stdio_file(int stream, const char *path, int append, spaces_error **error);
    spaces_status set_stdio_fd(int stream, int fd, spaces_error **error);
    spaces_status add_fd(int fd, int target, spaces_error **error);
    spaces_status set_inherit_signals(int on, spaces_error **error);
    spaces_status add_default_signal(int signal, spaces_error **error);

    // Namespaces
    spaces_status unshare(uint32_t namespaces, spaces_error **error);
    spaces_status share(uint32_t namespaces, spaces_error **error);
    spaces_status join_pid(int pid, uint32_t namespaces, spaces_error **error);
    spaces_status join_path(uint32_t namespace_, const char *path, spaces_error **error);
    spaces_status join_fd(uint32_t namespace_, int fd, spaces_error **error);
    spaces_status set_time_offset(const char *clock, int64_t seconds, uint32_t nanoseconds,
                                  spaces_error **error);
    spaces_status set_uid_map(const char *map, spaces_error **error);
    spaces_status set_gid_map(const char *map, spaces_error **error);
    spaces_status set_setgroups(int allow, spaces_error **error);
    spaces_status set_hostname(const char *name, spaces_error **error);
    spaces_status set_domainname(const char *name, spaces_error **error);

    // The file system
    spaces_status set_root(const char *path, int readonly, spaces_error **error);
    spaces_status set_system_root(int readonly, spaces_error **error);
    spaces_status set_chroot(int on, spaces_error **error);
    spaces_status set_propagation(const char *propagation, spaces_error **error);
    spaces_status add_mount(const char *source, const char *target, const char *type, const char *options,
                            spaces_error **error);
    spaces_status add_file(const char *destination, const void *data, size_t size, uint32_t mode,
                           spaces_error **error);
    spaces_status add_directory(const char *destination, uint32_t mode, spaces_error **error);
    spaces_status add_symlink(const char *path, const char *target, spaces_error **error);
    spaces_status add_device(const char *path, const char *type, uint32_t major, uint32_t minor, uint32_t mode,
                             uint32_t uid, uint32_t gid, spaces_error **error);
    spaces_status add_host_device(const char *source, const char *path, spaces_error **error);
    spaces_status add_masked_path(const char *path, spaces_error **error);
    spaces_status add_readonly_path(const char *path, spaces_error **error);
    spaces_status set_default_mounts(int on, spaces_error **error);
    spaces_status set_default_devices(int on, spaces_error **error);
    spaces_status set_mount_proc(int on, spaces_error **error);

    // Control groups
    spaces_status set_cgroup(const char *key, const char *value, spaces_error **error);
    spaces_status set_cgroup_path(const char *path, spaces_error **error);
    spaces_status add_device_rule(int allow, const char *rule, spaces_error **error);
    spaces_status join_cgroup(int pid, spaces_error **error);
    spaces_status set_cgroup_manager(const char *manager, spaces_error **error);
    spaces_status set_cgroup_fallback(int on, spaces_error **error);

    // The seccomp filter
    spaces_status set_seccomp(const char *json, spaces_error **error);
    spaces_status set_seccomp_default(int on, spaces_error **error);
    spaces_status set_seccomp_report(int on, spaces_error **error);
    spaces_status set_seccomp_cache(const char *directory, spaces_error **error);
    spaces_status explain_seccomp(int form, char **ret_text, spaces_error **error);

    // The life of the program
    spaces_status set_init(int on, spaces_error **error);
    spaces_status set_time_limit(uint64_t milliseconds, uint64_t grace_milliseconds, spaces_error **error);
    spaces_status set_die_with_parent(int on, spaces_error **error);
}

spaces_status spaces_spawn(const spaces_spec *spec, spaces_process **ret_process, spaces_error **error);
spaces_status spaces_fork(const spaces_spec *spec, spaces_main_fn main, void *userdata,
                          spaces_process **ret_process, spaces_error **error);
spaces_status spaces_fork_with(const spaces_spec *spec, spaces_fork_fn fork, spaces_main_fn main,
                               void *userdata, spaces_process **ret_process, spaces_error **error);
spaces_status spaces_spawn_begin(const spaces_spec *spec, spaces_start **ret_start, spaces_error **error);
spaces_status spaces_fork_begin(const spaces_spec *spec, spaces_main_fn main, void *userdata,
                                spaces_start **ret_start, spaces_error **error);

%extend spaces_start {
    ~spaces_start() { spaces_start_free($self); }

    spaces_status wait(int timeout_ms, spaces_process **ret_process, spaces_error **error);
}

%extend spaces_process {
    ~spaces_process() { spaces_process_free($self); }

    int pid();
    int pidfd();
    spaces_status take_fd(int stream, int *ret_fd, spaces_error **error);
    spaces_status wait(int timeout_ms, spaces_result **ret_result, spaces_error **error);
    spaces_status kill(int signal, spaces_error **error);
    spaces_status kill_all(spaces_error **error);
    spaces_status mount(const char *source, const char *destination, const char *type, const char *options,
                        spaces_error **error);
    spaces_status unmount(const char *destination, int lazily, spaces_error **error);

    spaces_status set_cgroup(const char *key, const char *value, spaces_error **error);
    spaces_status set_resources(const char *json, size_t size, spaces_error **error);
    spaces_status freeze(int timeout_ms, spaces_error **error);
    spaces_status thaw(spaces_error **error);
    spaces_status stats(char **ret_json, spaces_error **error);
    spaces_status stat(const char *key, uint64_t *ret_value, spaces_error **error);
    spaces_status events_fd(int *ret_fd, spaces_error **error);
    spaces_status read_events(char **ret_json, spaces_error **error);
    spaces_status cgroups(char **ret_json, spaces_error **error);
}

spaces_status spaces_gc(char **ret_json, spaces_error **error);

%extend spaces_result {
    ~spaces_result() { spaces_result_free($self); }

    const char *cause();
    int exit_code();
    int signal();
    int core_dumped();
    int shell_status();
    uint64_t user_time();
    uint64_t system_time();
    uint64_t peak_memory();
    uint64_t oom_kills();
    const char *system_call();
    spaces_status to_json(char **ret_json, spaces_error **error);
}
