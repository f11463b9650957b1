// The raw package internal/raw: how the values of Go reach libspaces, and the other way round. Package spaces
// above it is what people use.
//
// Nothing here panics and no Go pointer is kept by C: strings are copied, a list of strings comes as one
// string, and outputs are plain words of Go. An error is handed up as the address of the spaces_error.
%module raw

%rename("%(strip:[spaces_])s") "";
%ignore spaces_fork; // fork(2) leaves Go's runtime without its threads
%ignore spaces_fork_with;
%ignore spaces_start; // another goroutine may run while one starts a program
%ignore spaces_spawn_begin;
%ignore spaces_fork_begin;

%insert(cgo_comment_typedefs) %{
#cgo pkg-config: spaces
%}

%begin %{
#define _GNU_SOURCE // dl_iterate_phdr(3)
%}
%{
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_name(struct dl_phdr_info *info, size_t size, void *out) {
    (void)size;
    if (info->dlpi_name != NULL && info->dlpi_name[0] == '/') { // neither the program nor the vdso
        fprintf(out, "%s\n", info->dlpi_name);
    }
    return 0;
}
%}

// Strings of C come in memory of their own, which is given back when they were copied. (SWIG has the same,
// but so that go vet complains about it in every program that uses the package.)
%go_import("strings")
%fragment("CopyText", "go_runtime") %{
func copyText(text string) string {
	copied := strings.Clone(text)
	Swig_free(*(*uintptr)(unsafe.Pointer(&text)))
	return copied
}
%}
%typemap(goout, fragment = "CopyText") char * "$result = copyText($1)"

// Numbers of a fixed size.
%typemap(gotype) uint32_t "uint32"

// Status and error: both go up as they are.
%typemap(gotype) spaces_error **error "*uintptr"
%typemap(in) spaces_error **error "$1 = ($1_ltype)$input;"

// New handles, as addresses.
%define SPACES_OUT_HANDLE(TYPE, NAME)
%typemap(gotype) TYPE **NAME "*uintptr"
%typemap(in) TYPE **NAME "$1 = ($1_ltype)$input;"
%enddef
SPACES_OUT_HANDLE(spaces_spec, ret_spec)
SPACES_OUT_HANDLE(spaces_process, ret_process)
SPACES_OUT_HANDLE(spaces_result, ret_result)

// New text, as its address: Text_at() copies it and Free_text() gives it back.
%typemap(gotype) char **OUTPUT_TEXT "*uintptr"
%typemap(in) char **OUTPUT_TEXT "$1 = ($1_ltype)$input;"
%apply char **OUTPUT_TEXT { char **ret_json, char **ret_text };

// A new descriptor.
%typemap(gotype) int *ret_fd "*int32"
%typemap(in) int *ret_fd "$1 = ($1_ltype)$input;"

// A number.
%typemap(gotype) uint64_t *ret_value "*uint64"
%typemap(in) uint64_t *ret_value "$1 = ($1_ltype)$input;"

// Where NULL has a meaning of its own, it is the empty string.
%typemap(in) const char *OR_NULL {
    $1 = NULL;
    if ($input.n > 0) {
        $1 = ($1_ltype)malloc($input.n + 1);
        if ($1 == NULL) abort(); // as Go does without memory
        memcpy($1, $input.p, $input.n);
        $1[$input.n] = '\0';
    }
}
%typemap(freearg) const char *OR_NULL "free($1);"
%apply const char *OR_NULL { const char *source, const char *options };

// A list of strings: one string, in which a NUL ends each of them.
%typemap(gotype) const char *const *argv "string"
%typemap(in) const char *const *argv {
    size_t count = 0;
    for (intgo i = 0; i < $input.n; ++i) {
        count += $input.p[i] == '\0';
    }
    const char **vector = (const char **)malloc((count + 1) * sizeof *vector);
    if (vector == NULL) abort();
    const char *next = $input.p;
    for (size_t i = 0; i < count; ++i) {
        vector[i] = next;
        next += strlen(next) + 1;
    }
    vector[count] = NULL;
    $1 = ($1_ltype)vector;
}
%typemap(freearg) const char *const *argv "free($1);"

// Text with its length.
%apply (char *STRING, size_t LENGTH) { (const char *json, size_t size) };

// A list of group ids.
%typemap(gotype) (const uint32_t *gids, size_t count) "[]uint32"
%typemap(in) (const uint32_t *gids, size_t count) {
    $1 = ($1_ltype)$input.array;
    $2 = (size_t)$input.len;
}

%include "../spaces.i"

// What the typemaps of other languages do.
typedef struct {
} spaces_error;
%extend spaces_error {
    ~spaces_error() { spaces_error_free($self); }

    spaces_status code();
    int errno();
    const char *step();
    int index();
    const char *object();
    const char *system_call();
    const char *message();
    const char *hint();
}

%typemap(gotype) uintptr_t "uintptr"
%typemap(in) uintptr_t "$1 = (uintptr_t)$input;"
%inline %{
static const char *text_at(uintptr_t address) {
    return (const char *)address;
}
static void free_text(uintptr_t address) {
    spaces_free((void *)address);
}
%}

// The files that the dynamic loader has loaded, by the names that it found them under, a line each.
%newobject loaded_files;
%typemap(newfree) char * "free($1);"
%inline %{
static char *loaded_files(void) {
    char *names = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&names, &size);
    if (out == NULL) {
        return NULL;
    }
    dl_iterate_phdr(print_name, out);
    return fclose(out) == 0 ? names : NULL;
}
%}
