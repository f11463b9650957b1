// The same through libspaces' public C API.
#include "library.hpp"

#include <stdexcept>
#include <string>

namespace bench {

namespace {

// The error of one call.
class ErrorSlot {
  public:
    ~ErrorSlot() { spaces_error_free(error_); }
    operator spaces_error **() { return &error_; }
    const spaces_error *get() const { return error_; }

  private:
    spaces_error *error_ = nullptr;
};

template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
    ErrorSlot error;
    if (function(arguments..., error) != SPACES_OK) {
        std::string text = spaces_error_message(error.get());
        if (*spaces_error_hint(error.get()) != '\0') {
            text += std::string(" (") + spaces_error_hint(error.get()) + ")";
        }
        throw std::runtime_error(text);
    }
}

} // namespace

Spec make_spec(const char *program, uint32_t unshare, bool init) {
    spaces_spec *raw = nullptr;
    call(spaces_spec_new, &raw);
    Spec spec(raw);
    const char *const argv[] = {program, nullptr};
    call(spaces_spec_set_args, raw, argv);
    if (unshare != 0) {
        call(spaces_spec_unshare, raw, unshare);
    }
    call(spaces_spec_set_init, raw, init ? 1 : 0);
    return spec;
}

Process start(const Spec &spec) {
    spaces_process *process = nullptr;
    call(spaces_spawn, spec.get(), &process);
    return Process(process);
}

void run(const char *program, uint32_t unshare, bool init) {
    const Process process = start(make_spec(program, unshare, init));
    call(spaces_process_wait, process.get(), -1, nullptr);
}

} // namespace bench
