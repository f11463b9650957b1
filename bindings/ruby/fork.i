// Blocks in forks: how spaces_fork_with() comes to call Ruby's own Process.fork, and a block in the new
// process.

// A callable, in a process that Ruby's own Process.fork has made: a fork that Ruby does not know of ends in a
// hang or in a crash of its timer. Where fork(2) has succeeded, but a hook of Process._fork raises, the new
// process finds that it is not wanted when the library closes its channel.
%{
struct spaces_ruby_block {
    VALUE callable;
    int state; // of rb_protect(), of the last fork
};

static VALUE spaces_ruby_call_fork(VALUE unused) {
    (void)unused;
    return rb_funcall(rb_mProcess, rb_intern("fork"), 0);
}

// Since 3.3, Ruby has given its new process a second thread, the timer, by the time that Process.fork
// returns; and a process with threads may neither make nor enter a user namespace. That thread is ended while
// it waits for something to do, when it holds no lock, and made again before the block runs: a call of exec
// that fails joins what there was and makes a new one.
static const int spaces_ruby_ending_signal = SIGURG; // which is ignored elsewhere
static int spaces_ruby_timer_is_ended;

static void spaces_ruby_end_thread(int signal) {
    (void)signal;
    syscall(SYS_exit, 0);
}

// The only other thread of this process, or 0; also where /proc shows other numbers than this process has.
static pid_t spaces_ruby_other_thread(void) {
    char self[64];
    char shown[64] = "";
    const pid_t own = (pid_t)syscall(SYS_gettid);
    snprintf(self, sizeof self, "%d/task/%d", (int)getpid(), (int)own);
    if (readlink("/proc/thread-self", shown, sizeof shown - 1) < 0 || strcmp(shown, self) != 0) {
        return 0;
    }
    DIR *tasks = opendir("/proc/self/task");
    pid_t found = 0;
    int count = 0;
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        const pid_t tid = atoi(task->d_name);
        if (tid > 0 && tid != own) {
            found = tid;
            ++count;
        }
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return count == 1 ? found : 0;
}

// Whether a thread is in one of the epoll calls; it may take a moment to come there.
static int spaces_ruby_waits_for_events(pid_t tid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)tid);
    for (int tries = 0; tries < 100000; ++tries) {
        char text[32] = "";
        const int file = open(path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || read(file, text, sizeof text - 1) < 0) {
            text[0] = '\0';
            tries = 100000; // it cannot be told
        }
        if (file >= 0) {
            close(file);
        }
        char *end = text;
        const long number = strtol(text, &end, 10);
        if (end != text && (number == SYS_epoll_pwait
#ifdef SYS_epoll_wait
                            || number == SYS_epoll_wait
#endif
                            )) {
            return 1;
        }
        sched_yield();
    }
    return 0;
}

static void spaces_ruby_end_timer(void) {
    spaces_ruby_timer_is_ended = 0;
    if (RUBY_API_VERSION_CODE < 30300) {
        return; // another thread would be somebody's own
    }
    const pid_t timer = spaces_ruby_other_thread();
    if (timer == 0 || !spaces_ruby_waits_for_events(timer)) {
        return; // what needs a process of one thread will say so
    }
    struct sigaction ending = {0};
    struct sigaction callers;
    ending.sa_handler = spaces_ruby_end_thread;
    sigaction(spaces_ruby_ending_signal, &ending, &callers);
    if (syscall(SYS_tgkill, getpid(), timer, spaces_ruby_ending_signal) == 0) {
        while (syscall(SYS_tgkill, getpid(), timer, 0) == 0) {
            sched_yield();
        }
        spaces_ruby_timer_is_ended = 1;
    }
    sigaction(spaces_ruby_ending_signal, &callers, NULL);
}

static VALUE spaces_ruby_fail_to_exec(VALUE unused) {
    (void)unused;
    VALUE nowhere = rb_str_new_cstr("/dev/null/nowhere");
    return rb_funcall(rb_mProcess, rb_intern("exec"), 1, rb_assoc_new(nowhere, nowhere));
}

static void spaces_ruby_renew_timer(void) {
    if (spaces_ruby_timer_is_ended) {
        int state = 0;
        rb_protect(spaces_ruby_fail_to_exec, Qnil, &state);
        rb_set_errinfo(Qnil);
    }
}

static int spaces_ruby_fork(void *userdata) {
    struct spaces_ruby_block *block = userdata;
    // The library has blocked all signals, which a thread that Ruby makes inherits.
    sigset_t ending;
    sigset_t callers;
    sigemptyset(&ending);
    sigaddset(&ending, spaces_ruby_ending_signal);
    pthread_sigmask(SIG_UNBLOCK, &ending, &callers);
    const VALUE pid = rb_protect(spaces_ruby_call_fork, Qnil, &block->state);
    pthread_sigmask(SIG_SETMASK, &callers, NULL);
    if (block->state == 0 && NIL_P(pid)) {
        spaces_ruby_end_timer();
        return 0;
    }
    if (block->state == 0) {
        return NUM2INT(pid);
    }
    const VALUE exception = rb_errinfo();
    errno = RTEST(rb_obj_is_kind_of(exception, rb_eSystemCallError))
                ? NUM2INT(rb_funcall(exception, rb_intern("errno"), 0))
                : EAGAIN;
    return -1;
}

static VALUE spaces_ruby_call(VALUE callable) {
    return rb_funcall(callable, rb_intern("call"), 0);
}

// Ends as the block of Process.fork does: an exception is printed, and handlers of at_exit run, which may
// change the status.
static int spaces_ruby_main(void *userdata) {
    int state = 0;
    spaces_ruby_renew_timer();
    rb_protect(spaces_ruby_call, ((struct spaces_ruby_block *)userdata)->callable, &state);
    return ruby_cleanup(state);
}

static spaces_status spaces_ruby_fork_with(const spaces_spec *spec, VALUE callable, spaces_process **process,
                                           spaces_error **error) {
    struct spaces_ruby_block block = {callable, 0};
    const spaces_status status =
        spaces_fork_with(spec, spaces_ruby_fork, spaces_ruby_main, &block, process, error);
    if (block.state == 0) {
        return status;
    }
    if (RTEST(rb_obj_is_kind_of(rb_errinfo(), rb_eSystemCallError))) {
        rb_set_errinfo(Qnil); // the library says more of it
        return status;
    }
    spaces_error_free(*error);
    *error = NULL;
    rb_jump_tag(block.state);
}
%}
%typemap(in) (spaces_fork_fn fork, spaces_main_fn main, void *userdata) {
    $1 = spaces_ruby_fork;
    $2 = spaces_ruby_main;
    $3 = (void *)$input;
}
%exception spaces_fork_with {
    result = spaces_ruby_fork_with(arg1, (VALUE)arg4, arg5, arg6);
}
