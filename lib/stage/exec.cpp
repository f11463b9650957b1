// Becoming the program: the candidates in turn, as execvp(3), and an honest word where all of them fail.
#include "stage/context.hpp"

#include <linux/elf.h>
#include <linux/fcntl.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Note;
using plan::RecordKind;

// "#!/bin/python -u" gives "/bin/python".
bool script_interpreter(const char *head, long size, char *name, size_t name_size) {
    if (size < 3 || head[0] != '#' || head[1] != '!') {
        return false;
    }
    long at = 2;
    while (at < size && (head[at] == ' ' || head[at] == '\t')) {
        ++at;
    }
    size_t length = 0;
    while (at < size && head[at] != ' ' && head[at] != '\t' && head[at] != '\n' && length + 1 < name_size) {
        name[length++] = head[at++];
    }
    name[length] = 0;
    return length != 0;
}

// A dynamic program names its loader in the segment PT_INTERP.
bool elf_interpreter(long file, const char *head, long size, char *name, size_t name_size) {
    Elf64_Ehdr elf;
    if (size < static_cast<long>(sizeof elf)) {
        return false;
    }
    for (size_t i = 0; i < sizeof elf; ++i) {
        reinterpret_cast<char *>(&elf)[i] = head[i];
    }
    if (elf.e_ident[0] != 0x7f || elf.e_ident[1] != 'E' || elf.e_ident[EI_CLASS] != ELFCLASS64) {
        return false;
    }
    for (unsigned i = 0; i < elf.e_phnum && i < 64; ++i) {
        Elf64_Phdr segment;
        if (sys(__NR_pread64, file, &segment, sizeof segment, elf.e_phoff + i * sizeof segment) !=
            static_cast<long>(sizeof segment)) {
            return false;
        }
        if (segment.p_type != PT_INTERP) {
            continue;
        }
        const long got = sys(__NR_pread64, file, name, name_size - 1, segment.p_offset);
        if (got <= 0) {
            return false;
        }
        name[got] = 0;
        return true;
    }
    return false;
}

// ENOENT of a file that is there means that what it is run by is missing.
bool interpreter_is_missing(const char *path, char *name, size_t name_size) {
    const long file = sys(__NR_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    char head[256];
    const long size = sys(__NR_pread64, file, head, sizeof head, 0L);
    name[0] = 0;
    if (!script_interpreter(head, size, name, name_size)) {
        elf_interpreter(file, head, size, name, name_size);
    }
    sys(__NR_close, file);
    return true;
}

// The Plan has offsets; execve wants pointers, of the same size and in the same place.
char **relocate(const Context &context, uint64_t table) {
    auto *entries = context.at<uint64_t>(static_cast<uint32_t>(table));
    for (uint64_t *entry = entries; *entry != 0; ++entry) {
        *entry += reinterpret_cast<uint64_t>(context.base);
    }
    return reinterpret_cast<char **>(entries);
}

bool next_may_be_better(int error) {
    return error == ENOENT || error == EACCES || error == ENOTDIR || error == ENODEV || error == ETIMEDOUT ||
           error == ESTALE;
}

} // namespace

void prepare_exec(Context &context) {
    if (context.is_prepared) {
        return;
    }
    context.is_prepared = true;
    if (caller_has_gone(context)) {
        exit_process(1);
    }
    await_zero(&context.init_is_busy);
    close_kept(context);
}

Outcome execute(Context &context, const plan::Step &step) {
    prepare_exec(context); // where no filter has come before
    context.progress->executing = true;
    if (!context.supervised) { // who is mute has a supervisor
        plan::Record record{};
        record.kind = RecordKind::executing;
        send(context, record);
    }
    const auto *candidates = context.at<uint32_t>(step.table);
    char **argv = relocate(context, step.number[1]);
    char **envp = relocate(context, step.number[2]);
    Outcome answer;
    for (uint64_t i = 0; i < step.number[0]; ++i) {
        const char *path = context.text(candidates[i]);
        Outcome outcome = check(Call::execve, sys(__NR_execve, path, argv, envp));
        outcome.text = path;
        if (outcome.error == ENOENT && context.may_look &&
            interpreter_is_missing(path, context.detail, sizeof context.detail)) {
            outcome.note = Note::interpreter_missing;
            outcome.text = context.detail;
        }
        // The first file that was there but could not be run says more than the last that was not.
        if (!answer.failed() || (answer.error == ENOENT && answer.note == Note::none) ||
            answer.error == ENOTDIR) {
            answer = outcome;
        }
        if (!next_may_be_better(outcome.error)) {
            return outcome;
        }
    }
    return answer;
}

} // namespace spaces::stage
