// The raw module pyspaces._spaces: how the C values of libspaces become Python objects, and the other way
// round. It is private; the package around it is what people use.
%module(package="pyspaces") _spaces

%{
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <spaces/spaces.h>
#include <stdlib.h>
#include <string.h>

// Text of the system: UTF-8 as far as it is, and never a UnicodeDecodeError.
static PyObject *spaces_python_text(const char *text) {
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "surrogateescape");
}

// Makes the failure the current Python exception, and frees it.
static void spaces_python_raise(spaces_error *failure) {
    PyObject *errors = PyImport_ImportModule("pyspaces.errors");
    if (errors != NULL) {
        PyObject *exception = PyObject_CallMethod(
            errors, "from_library", "iiiNNNNN", spaces_error_code(failure), spaces_error_errno(failure),
            spaces_error_index(failure), spaces_python_text(spaces_error_step(failure)),
            spaces_python_text(spaces_error_object(failure)),
            spaces_python_text(spaces_error_system_call(failure)),
            spaces_python_text(spaces_error_message(failure)),
            spaces_python_text(spaces_error_hint(failure)));
        if (exception != NULL) {
            PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
            Py_DECREF(exception);
        }
        Py_DECREF(errors);
    }
    spaces_error_free(failure);
}

// What spaces_fork_begin() calls in the new process, which holds the GIL of the forking thread. As in
// os.fork() the interpreter is told first that it has been forked: no Python code may run before.
static int spaces_python_main(void *callable) {
    PyOS_AfterFork_Child();
    int status = 1;
    PyObject *result = PyObject_CallFunctionObjArgs((PyObject *)callable, NULL);
    if (result != NULL) {
        const long code = PyLong_AsLong(result);
        if (!PyErr_Occurred()) {
            status = (int)(code & 0xff); // as the kernel does to the status of _exit(2)
        }
        Py_DECREF(result);
    }
    if (PyErr_Occurred()) {
        PyErr_WriteUnraisable((PyObject *)callable);
    }
    return status;
}
%}

// Status and error: None, or an exception.
%typemap(out) spaces_status {
    if ($1 == SPACES_ENOMEMORY) { // which may come without an error object
        PyErr_NoMemory();
        SWIG_fail;
    }
    $result = spaces_python_none();
}
%typemap(in, numinputs = 0) spaces_error **error (spaces_error *failure = NULL) {
    $1 = &failure;
}
%typemap(argout) spaces_error **error {
    if (*$1 != NULL) {
        spaces_python_raise(*$1);
        Py_XDECREF($result);
        SWIG_fail;
    }
}
%{
static PyObject *spaces_python_none(void) {
    Py_INCREF(Py_None);
    return Py_None;
}
// The one output of a function takes the place of its None.
static PyObject *spaces_python_output(PyObject *result, PyObject *output) {
    Py_XDECREF(result);
    return output;
}
%}

// New handles. (Outputs are untouched when the function fails; the error is then raised after them.)
%define SPACES_OUT_HANDLE(TYPE, NAME)
%typemap(in, numinputs = 0) TYPE **NAME (TYPE *handle = NULL) {
    $1 = &handle;
}
%typemap(argout) TYPE **NAME {
    if (*$1 != NULL) {
        $result = spaces_python_output($result, SWIG_NewPointerObj(*$1, $*1_descriptor, SWIG_POINTER_OWN));
    }
}
%enddef
SPACES_OUT_HANDLE(spaces_spec, ret_spec)
SPACES_OUT_HANDLE(spaces_start, ret_start)
SPACES_OUT_HANDLE(spaces_process, ret_process)
SPACES_OUT_HANDLE(spaces_result, ret_result)

// New text.
%typemap(in, numinputs = 0) char **OUTPUT_TEXT (char *text = NULL) {
    $1 = &text;
}
%typemap(argout) char **OUTPUT_TEXT {
    if (*$1 != NULL) {
        $result = spaces_python_output($result, spaces_python_text(*$1));
        spaces_free(*$1);
    }
}
%apply char **OUTPUT_TEXT { char **ret_json, char **ret_text };

// A new descriptor.
%typemap(in, numinputs = 0) int *ret_fd (int fd = -1) {
    $1 = &fd;
}
%typemap(argout) int *ret_fd {
    if (*$1 >= 0) {
        $result = spaces_python_output($result, PyLong_FromLong(*$1));
    }
}

// A number.
%typemap(in, numinputs = 0) uint64_t *ret_value (uint64_t value = 0) {
    $1 = &value;
}
%typemap(argout) uint64_t *ret_value {
    $result = spaces_python_output($result, PyLong_FromUnsignedLongLong(*$1));
}

// Strings and paths: str, bytes and os.PathLike, with surrogateescape and without NUL as in the os module.
// None is NULL.
%typemap(in) const char * (PyObject *bytes = NULL) {
    if ($input != Py_None) {
        if (!PyUnicode_FSConverter($input, &bytes)) {
            SWIG_fail;
        }
        $1 = PyBytes_AsString(bytes);
    }
}
%typemap(freearg) const char * {
    Py_XDECREF(bytes$argnum);
}
%typemap(typecheck) const char * "$1 = 1;"

// The out direction lends a string of the library.
%typemap(out) const char * {
    $result = spaces_python_text($1);
}

// An argument vector: a sequence of strings and paths, but no string itself.
%typemap(in) const char *const *argv (PyObject *items = NULL, const char **vector = NULL) {
    if (PyUnicode_Check($input) || PyBytes_Check($input)) {
        PyErr_SetString(PyExc_TypeError, "argv must be a list of strings, not one string");
        SWIG_fail;
    }
    PyObject *given = PySequence_List($input);
    if (given == NULL) {
        SWIG_fail;
    }
    const Py_ssize_t count = PyList_Size(given);
    items = PyList_New(count); // keeps the bytes alive that the vector points into
    vector = items != NULL ? PyMem_Calloc((size_t)count + 1, sizeof *vector) : NULL;
    if (vector == NULL) {
        Py_DECREF(given);
        PyErr_NoMemory();
        SWIG_fail;
    }
    for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject *item = NULL;
        if (!PyUnicode_FSConverter(PyList_GetItem(given, i), &item)) {
            Py_DECREF(given);
            SWIG_fail;
        }
        vector[i] = PyBytes_AsString(item);
        PyList_SetItem(items, i, item);
    }
    Py_DECREF(given);
    $1 = ($1_ltype)vector;
}
%typemap(freearg) const char *const *argv {
    PyMem_Free(vector$argnum);
    Py_XDECREF(items$argnum);
}

// Text with its length: str or bytes.
%typemap(in) (const char *json, size_t size) {
    Py_ssize_t length = 0;
    char *bytes = NULL;
    if (PyUnicode_Check($input)) {
        $1 = ($1_ltype)PyUnicode_AsUTF8AndSize($input, &length);
        if ($1 == NULL) {
            SWIG_fail;
        }
    } else if (PyBytes_AsStringAndSize($input, &bytes, &length) == 0) {
        $1 = bytes;
    } else {
        SWIG_fail;
    }
    $2 = ($2_ltype)length;
}

// A list of group ids.
%typemap(in) (const uint32_t *gids, size_t count) (uint32_t *numbers = NULL) {
    PyObject *given = PySequence_List($input);
    if (given == NULL) {
        SWIG_fail;
    }
    const Py_ssize_t length = PyList_Size(given);
    numbers = PyMem_Calloc((size_t)length + 1, sizeof *numbers);
    if (numbers == NULL) {
        Py_DECREF(given);
        PyErr_NoMemory();
        SWIG_fail;
    }
    for (Py_ssize_t i = 0; i < length; ++i) {
        const unsigned long number = PyLong_AsUnsignedLong(PyList_GetItem(given, i));
        if (!PyErr_Occurred() && number > UINT32_MAX) {
            PyErr_SetString(PyExc_OverflowError, "an id is at most 4294967295");
        }
        if (PyErr_Occurred()) {
            Py_DECREF(given);
            SWIG_fail;
        }
        numbers[i] = (uint32_t)number;
    }
    Py_DECREF(given);
    $1 = numbers;
    $2 = (size_t)length;
}
%typemap(freearg) (const uint32_t *gids, size_t count) {
    PyMem_Free(numbers$argnum);
}

// A callable without arguments. spaces_fork_begin() calls it in the new process only, so it is borrowed here.
%typemap(in) (spaces_main_fn main, void *userdata) {
    if (!PyCallable_Check($input)) {
        PyErr_SetString(PyExc_TypeError, "a callable is expected");
        SWIG_fail;
    }
    $1 = spaces_python_main;
    $2 = $input;
}

// Another thread may run while a program is started; it may not while this process is forked.
%exception spaces_spawn {
    Py_BEGIN_ALLOW_THREADS
    $action
    Py_END_ALLOW_THREADS
}
%exception spaces_start::wait {
    Py_BEGIN_ALLOW_THREADS
    $action
    Py_END_ALLOW_THREADS
    if (result == SPACES_ETIMEOUT) { // None: who looks after several starts at once has that often
        spaces_error_free(*arg4);
        *arg4 = NULL;
        result = SPACES_OK;
    }
}
// Those that wait for the kernel, or for each other. They may run side by side, as a lock of libspaces sees to.
%define SPACES_UNLOCKED(METHOD)
%exception spaces_process::METHOD {
    Py_BEGIN_ALLOW_THREADS
    $action
    Py_END_ALLOW_THREADS
}
%enddef
SPACES_UNLOCKED(freeze)
SPACES_UNLOCKED(thaw)
SPACES_UNLOCKED(stats)
SPACES_UNLOCKED(set_cgroup)
SPACES_UNLOCKED(set_resources)
SPACES_UNLOCKED(events_fd)
SPACES_UNLOCKED(read_events)
SPACES_UNLOCKED(cgroups)
SPACES_UNLOCKED(mount)
SPACES_UNLOCKED(unmount)
%exception spaces_fork_begin {
    PyOS_BeforeFork();
    $action
    PyOS_AfterFork_Parent(); // also when nothing was forked: it undoes PyOS_BeforeFork()
}

%ignore spaces_fork; // in two halves, since only the first must keep other threads from running
%ignore spaces_fork_with; // libc's fork is Python's too
%ignore spaces_spawn_begin;

%include "spaces.i"

%{
extern char **environ;
%}

// The environment of this process, as it is now. While spaces_spawn() runs without the GIL, another thread
// may change it, and it would be read half-way; Python code changes it with the GIL only.
%extend spaces_spec {
    spaces_status freeze_env(spaces_error **error) {
        spaces_status status = spaces_spec_clear_env($self, error);
        for (char **entry = environ; status == SPACES_OK && entry != NULL && *entry != NULL; ++entry) {
            const char *value = strchr(*entry, '=');
            if (value == NULL || value == *entry) {
                continue; // no variable that a program could find
            }
            char *name = strndup(*entry, (size_t)(value - *entry));
            status = name != NULL ? spaces_spec_set_env($self, name, value + 1, error) : SPACES_ENOMEMORY;
            free(name);
        }
        return status;
    }
}
