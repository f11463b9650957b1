// What a filter answers to a system call: classic BPF, as far as seccomp(2) takes it.
#include "security/bpf.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <linux/seccomp.h>

namespace spaces {

namespace {

// Accumulator, index register and scratch memory; struct seccomp_data is all that can be loaded.
class Machine {
  public:
    Machine(std::span<const sock_filter> program, uint32_t architecture, int number) : program_(program) {
        data_.at(0) = static_cast<uint32_t>(number);
        data_.at(offsetof(seccomp_data, arch) / 4) = architecture;
    }

    BpfAnswer run() {
        for (size_t at = 0; at < program_.size(); ++at) {
            const sock_filter &step = program_[at];
            switch (BPF_CLASS(step.code)) {
            case BPF_LD:
                a_ = load(step);
                break;
            case BPF_LDX:
                x_ = load(step);
                break;
            case BPF_ST:
                memory_.at(step.k % memory_.size()) = a_;
                break;
            case BPF_STX:
                memory_.at(step.k % memory_.size()) = x_;
                break;
            case BPF_ALU:
                compute(step);
                break;
            case BPF_JMP:
                at += jump(step);
                break;
            case BPF_RET:
                return {BPF_RVAL(step.code) == BPF_A ? a_ : step.k, depends_};
            default: // BPF_MISC
                (BPF_MISCOP(step.code) == BPF_TAX ? x_ : a_) = BPF_MISCOP(step.code) == BPF_TAX ? a_ : x_;
            }
        }
        return {SECCOMP_RET_KILL_PROCESS, true}; // no program that the kernel takes ends like this
    }

  private:
    uint32_t load(const sock_filter &step) {
        switch (BPF_MODE(step.code)) {
        case BPF_IMM:
            return step.k;
        case BPF_MEM:
            return memory_.at(step.k % memory_.size());
        case BPF_LEN:
            return sizeof(seccomp_data);
        default: // BPF_ABS
            depends_ = depends_ || step.k >= offsetof(seccomp_data, instruction_pointer);
            return step.k / 4 < data_.size() ? data_.at(step.k / 4) : 0;
        }
    }

    void compute(const sock_filter &step) {
        const uint32_t operand = BPF_SRC(step.code) == BPF_X ? x_ : step.k;
        switch (BPF_OP(step.code)) {
        case BPF_AND:
            a_ &= operand;
            break;
        case BPF_OR:
            a_ |= operand;
            break;
        case BPF_ADD:
            a_ += operand;
            break;
        case BPF_SUB:
            a_ -= operand;
            break;
        case BPF_XOR:
            a_ ^= operand;
            break;
        default: // libseccomp makes no others
            depends_ = true;
        }
    }

    size_t jump(const sock_filter &step) const {
        const uint32_t operand = BPF_SRC(step.code) == BPF_X ? x_ : step.k;
        bool is_true = false;
        switch (BPF_OP(step.code)) {
        case BPF_JEQ:
            is_true = a_ == operand;
            break;
        case BPF_JGT:
            is_true = a_ > operand;
            break;
        case BPF_JGE:
            is_true = a_ >= operand;
            break;
        case BPF_JSET:
            is_true = (a_ & operand) != 0;
            break;
        default: // BPF_JA
            return step.k;
        }
        return is_true ? step.jt : step.jf;
    }

    std::span<const sock_filter> program_;
    std::array<uint32_t, sizeof(seccomp_data) / 4> data_{};
    std::array<uint32_t, BPF_MEMWORDS> memory_{};
    uint32_t a_ = 0;
    uint32_t x_ = 0;
    bool depends_ = false;
};

bool is_kill(const sock_filter &step) {
    const uint32_t action = step.k & SECCOMP_RET_ACTION_FULL;
    return BPF_CLASS(step.code) == BPF_RET && BPF_RVAL(step.code) == BPF_K &&
           (action == SECCOMP_RET_KILL_PROCESS || action == SECCOMP_RET_KILL_THREAD);
}

} // namespace

bool BpfAnswer::allows() const {
    const uint32_t what = action & SECCOMP_RET_ACTION_FULL;
    return !depends && (what == SECCOMP_RET_ALLOW || what == SECCOMP_RET_LOG);
}

BpfAnswer ask(std::span<const sock_filter> program, uint32_t architecture, int number) {
    return Machine(program, architecture, number).run();
}

void notify_instead_of_kill(std::span<sock_filter> program) {
    for (sock_filter &step : program) {
        if (is_kill(step)) {
            step.k = SECCOMP_RET_USER_NOTIF;
        }
    }
}

bool can_kill(std::span<const sock_filter> program) {
    return std::any_of(program.begin(), program.end(), is_kill);
}

} // namespace spaces
