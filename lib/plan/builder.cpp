// Builder: puts a Plan together, step by step, and lays it out as one buffer.
#include "plan/builder.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace spaces {

namespace {

// Far above what execve(2) accepts, far below where offsets of 32 bits end.
constexpr size_t largest_plan = size_t{256} << 20;

} // namespace

static_assert(sizeof(plan::Header) % 8 == 0 && sizeof(plan::Step) % 8 == 0);

plan::Step &Builder::add(plan::Op op, StepInfo info) {
    infos_.push_back(std::move(info));
    plan::Step step{};
    step.op = op;
    step.fd = -1;
    return steps_.emplace_back(step);
}

uint32_t Builder::text(std::string_view text) {
    const uint32_t offset = end();
    data_.insert(data_.end(), text.begin(), text.end());
    data_.push_back('\0');
    return offset;
}

std::vector<char> Builder::finish() {
    std::sort(keep_.begin(), keep_.end());
    keep_.erase(std::unique(keep_.begin(), keep_.end()), keep_.end());
    header_.step_count = static_cast<uint32_t>(steps_.size());
    header_.steps = table(steps_);
    header_.keep_count = static_cast<uint32_t>(keep_.size());
    header_.keep = table(keep_);
    header_.slot_count = slots_;
    header_.slots = table(std::vector<int32_t>(slots_, -1));
    align();
    if (data_.size() > largest_plan) {
        throw_invalid(
            "process.args", "the arguments, the environment and the files from memory are too large",
            "all of it is at most 256 MiB; of arguments and environment the kernel takes no more than a "
            "quarter of RLIMIT_STACK, and 128 KiB in one string");
    }
    header_.size = end();

    std::vector<char> buffer(header_.size);
    std::memcpy(buffer.data(), &header_, sizeof header_);
    std::copy(data_.begin(), data_.end(), buffer.begin() + sizeof header_);
    return buffer;
}

} // namespace spaces
