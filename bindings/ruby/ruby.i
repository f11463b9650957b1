// The raw module Spaces::Raw: how the C values of libspaces become Ruby objects, and the other way round. It
// is private; the modules around it are what people use.
//
// Exceptions of Ruby leave a C function by longjmp(3): what is temporary here is a Ruby object, never
// malloc'ed.
%module "spaces::raw"

%rename("%(strip:[spaces_])s") "";
%rename(Spec) spaces_spec;
%rename(Process) spaces_process;
%rename(Result) spaces_result;
%ignore spaces_fork; // see spaces_ruby_fork()
%rename(fork) spaces_fork_with;
%ignore spaces_start; // another thread may run while one starts a program
%ignore spaces_spawn_begin;
%ignore spaces_fork_begin;

%{
#include <ruby.h>
#include <ruby/encoding.h>
#include <ruby/thread.h>
#include <ruby/version.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spaces/spaces.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

// Makes the failure the Ruby exception that it is, frees it and raises.
static void spaces_ruby_raise(spaces_error *failure) {
    VALUE arguments[] = {
        INT2NUM(spaces_error_code(failure)),
        INT2NUM(spaces_error_errno(failure)),
        INT2NUM(spaces_error_index(failure)),
        rb_utf8_str_new_cstr(spaces_error_step(failure)),
        rb_utf8_str_new_cstr(spaces_error_object(failure)),
        rb_utf8_str_new_cstr(spaces_error_system_call(failure)),
        rb_utf8_str_new_cstr(spaces_error_message(failure)),
        rb_utf8_str_new_cstr(spaces_error_hint(failure)),
    };
    spaces_error_free(failure);
    rb_exc_raise(rb_funcallv(rb_path2class("Spaces::Error"), rb_intern("from_library"), 8, arguments));
}
%}

// Status and error: nil, or an exception.
%typemap(out) spaces_status "$result = Qnil;"
%typemap(in, numinputs = 0) spaces_error **error (spaces_error *failure = NULL) {
    $1 = &failure;
}
%typemap(argout) spaces_error **error {
    if (*$1 != NULL) {
        spaces_ruby_raise(*$1);
    }
    if (result == SPACES_ENOMEMORY) { // which may come without an error object
        rb_memerror();
    }
}

// New handles. (Outputs are untouched when the function fails; the error is then raised after them.)
%define SPACES_OUT_HANDLE(TYPE, NAME)
%typemap(in, numinputs = 0) TYPE **NAME (TYPE *handle = NULL) {
    $1 = &handle;
}
%typemap(argout) TYPE **NAME {
    if (*$1 != NULL) {
        $result = SWIG_NewPointerObj(*$1, $*1_descriptor, SWIG_POINTER_OWN);
    }
}
%enddef
SPACES_OUT_HANDLE(spaces_spec, ret_spec)
SPACES_OUT_HANDLE(spaces_process, ret_process)
SPACES_OUT_HANDLE(spaces_result, ret_result)

// New text.
%{
static VALUE spaces_ruby_new_text(VALUE address) {
    return rb_utf8_str_new_cstr((const char *)address);
}
static VALUE spaces_ruby_free_text(VALUE address) {
    spaces_free((void *)address);
    return Qnil;
}
%}
%typemap(in, numinputs = 0) char **OUTPUT_TEXT (char *text = NULL) {
    $1 = &text;
}
%typemap(argout) char **OUTPUT_TEXT {
    if (*$1 != NULL) {
        $result = rb_ensure(spaces_ruby_new_text, (VALUE)*$1, spaces_ruby_free_text, (VALUE)*$1);
    }
}
%apply char **OUTPUT_TEXT { char **ret_json, char **ret_text };

// A new descriptor.
%typemap(in, numinputs = 0) int *ret_fd (int fd = -1) {
    $1 = &fd;
}
%typemap(argout) int *ret_fd {
    if (*$1 >= 0) {
        $result = INT2NUM(*$1);
    }
}

// A number.
%typemap(in, numinputs = 0) uint64_t *ret_value (uint64_t value = 0) {
    $1 = &value;
}
%typemap(argout) uint64_t *ret_value {
    $result = ULL2NUM(*$1);
}

// Strings without NUL; nil is NULL. libspaces copies them during the call.
%typemap(in) const char * (VALUE string) {
    string = $input;
    $1 = NIL_P(string) ? NULL : StringValueCStr(string);
}
%typemap(freearg) const char * "RB_GC_GUARD(string$argnum);"
%typemap(typecheck) const char * "$1 = 1;"

// The out direction lends a string of the library.
%typemap(out) const char * "$result = rb_utf8_str_new_cstr($1);"

// Switches: what is true in Ruby.
%typemap(in) int SWITCH "$1 = RTEST($input) ? 1 : 0;"
%apply int SWITCH { int on, int readonly, int append, int allow };

// An argument vector: an Array of strings. The vector is a String, for the collector to free.
%typemap(in) const char *const *argv (VALUE items, VALUE vector) {
    items = rb_ary_dup(rb_convert_type($input, T_ARRAY, "Array", "to_ary"));
    const long count = RARRAY_LEN(items);
    for (long i = 0; i < count; ++i) {
        VALUE item = rb_ary_entry(items, i);
        StringValueCStr(item);
        rb_ary_store(items, i, item);
    }
    vector = rb_str_buf_new((count + 1) * (long)sizeof(char *));
    // Nothing is allocated from here on, which could let the collector move the strings.
    for (long i = 0; i < count; ++i) {
        const char *text = RSTRING_PTR(rb_ary_entry(items, i));
        rb_str_cat(vector, (const char *)&text, sizeof text);
    }
    const char *const end = NULL;
    rb_str_cat(vector, (const char *)&end, sizeof end);
    $1 = ($1_ltype)RSTRING_PTR(vector);
}
%typemap(freearg) const char *const *argv "RB_GC_GUARD(items$argnum); RB_GC_GUARD(vector$argnum);"

// Text with its length.
%typemap(in) (const char *json, size_t size) (VALUE string) {
    string = $input;
    StringValue(string);
    $1 = RSTRING_PTR(string);
    $2 = (size_t)RSTRING_LEN(string);
}
%typemap(freearg) (const char *json, size_t size) "RB_GC_GUARD(string$argnum);"

// A list of group ids.
%typemap(in) (const uint32_t *gids, size_t count) (VALUE numbers) {
    VALUE given = rb_convert_type($input, T_ARRAY, "Array", "to_ary");
    numbers = rb_str_buf_new(RARRAY_LEN(given) * (long)sizeof(uint32_t));
    for (long i = 0; i < RARRAY_LEN(given); ++i) {
        const uint32_t number = NUM2UINT(rb_ary_entry(given, i));
        rb_str_cat(numbers, (const char *)&number, sizeof number);
    }
    $1 = ($1_ltype)RSTRING_PTR(numbers);
    $2 = (size_t)RSTRING_LEN(numbers) / sizeof(uint32_t);
}
%typemap(freearg) (const uint32_t *gids, size_t count) "RB_GC_GUARD(numbers$argnum);"

// Other threads run while a program is started.
%{
struct spaces_ruby_start {
    const spaces_spec *spec;
    spaces_process **process;
    spaces_error **error;
    spaces_status status;
    int ran;
};

static void *spaces_ruby_start_without_gvl(void *data) {
    struct spaces_ruby_start *start = data;
    start->status = spaces_spawn(start->spec, start->process, start->error);
    start->ran = 1;
    return NULL;
}

// An interrupt that is pending is taken before the start. After it there must be none until the new process
// has its object, hence not rb_thread_call_without_gvl(). Nothing unblocks a start: it takes about a
// millisecond.
static spaces_status spaces_ruby_spawn(const spaces_spec *spec, spaces_process **process,
                                       spaces_error **error) {
    struct spaces_ruby_start start = {spec, process, error, SPACES_OK, 0};
    while (!start.ran) {
        rb_thread_check_ints();
        rb_thread_call_without_gvl2(spaces_ruby_start_without_gvl, &start, NULL, NULL);
    }
    return start.status;
}
%}
%exception spaces_spawn {
    result = spaces_ruby_spawn(arg1, arg2, arg3);
}

%include "fork.i"

%include "../spaces.i"

// The environment of this process, as it is now. While spaces_spawn() runs without the GVL, another thread
// may change it, and it would be read half-way; ENV is changed with the GVL only.
%extend spaces_spec {
    spaces_status freeze_env(spaces_error **error) {
        spaces_status status = spaces_spec_clear_env($self, error);
        for (char **entry = environ; status == SPACES_OK && entry != NULL && *entry != NULL; ++entry) {
            const char *value = strchr(*entry, '=');
            if (value == NULL || value == *entry) {
                continue; // no variable that a program could find
            }
            VALUE name = rb_str_new(*entry, value - *entry);
            status = spaces_spec_set_env($self, StringValueCStr(name), value + 1, error);
            RB_GC_GUARD(name);
        }
        return status;
    }
}

// Give a handle back now, with its descriptors, and not when the collector finds it. It counts as deleted
// then.
%typemap(in) spaces_spec *DELETED, spaces_process *DELETED {
    void *address = NULL;
    const int converted = SWIG_ConvertPtr($input, &address, $1_descriptor, SWIG_POINTER_DISOWN);
    if (!SWIG_IsOK(converted)) {
        SWIG_exception_fail(SWIG_ArgError(converted), "a handle is expected");
    }
    DATA_PTR($input) = NULL;
    $1 = address;
}
%apply spaces_spec *DELETED { spaces_spec *deleted_spec };
%apply spaces_process *DELETED { spaces_process *deleted_process };
%rename(delete_spec) spaces_spec_free;
%rename(delete_process) spaces_process_free;
void spaces_spec_free(spaces_spec *deleted_spec);
void spaces_process_free(spaces_process *deleted_process);

%typemap(out) VALUE "$result = $1;"
%inline %{
// A descriptor that is readable when one of two is.
static VALUE either(int first, int second) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0) {
        rb_sys_fail("epoll_create1");
    }
    const int descriptors[] = {first, second};
    for (int i = 0; i < 2; ++i) {
        struct epoll_event event = {EPOLLIN, {0}};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptors[i], &event) != 0) {
            const int error = errno;
            close(epoll);
            rb_syserr_fail(error, "epoll_ctl");
        }
    }
    return INT2NUM(epoll);
}

// Make a wait status, as waitpid(2) gives it, the thread's $?.
static VALUE set_last_status(int status, int pid) {
    rb_last_status_set(status, pid);
    return Qnil;
}
%}
