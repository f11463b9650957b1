// Builder: puts a Plan together, step by step, and lays it out as one buffer.
#pragma once

#include "plan/format.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace spaces {

// What a step is for people: kept beside the Plan, since who runs it only needs numbers.
struct StepInfo {
    std::string step;   // "mount"
    std::string object; // "/proc"
    std::string what;   // `mount "proc" on "/proc"`: completes "cannot …"
};

class Builder {
  public:
    // The reference is good until the next call.
    plan::Step &add(plan::Op op, StepInfo info);

    plan::Step &last() { return steps_.back(); }

    // Offsets for Step::text and Step::table.
    uint32_t text(std::string_view text);
    template <class Type> uint32_t table(const std::vector<Type> &entries) {
        align();
        const uint32_t offset = end();
        const auto *bytes = reinterpret_cast<const char *>(entries.data());
        data_.insert(data_.end(), bytes, bytes + entries.size() * sizeof(Type));
        return offset;
    }

    uint32_t new_slot() { return slots_++; }
    // The new process starts with this descriptor open.
    void keep(int fd) { keep_.push_back(fd); }
    const std::vector<int32_t> &kept() const { return keep_; }

    const std::vector<plan::Step> &steps() const { return steps_; }
    const std::vector<StepInfo> &infos() const { return infos_; }

    plan::Header &header() { return header_; }
    std::vector<char> finish();

  private:
    void align() { data_.resize((data_.size() + 7) / 8 * 8); }
    uint32_t end() const { return static_cast<uint32_t>(sizeof(plan::Header) + data_.size()); }

    plan::Header header_{.size = 0,
                         .step_count = 0,
                         .steps = 0,
                         .keep_count = 0,
                         .keep = 0,
                         .slot_count = 0,
                         .slots = 0,
                         .caller_pidfd = -1,
                         .time_limit_ms = 0,
                         .time_limit_grace_ms = 0,
                         .fail_index = -1,
                         .fail_errno = 0,
                         .halt_index = -1,
                         .await_go = 0,
                         .shares_files = 0,
                         .reports_refusals = 0,
                         .confines_supervisor = 0,
                         .reserved = 0,
                         .default_signals = 0};
    std::vector<plan::Step> steps_;
    std::vector<StepInfo> infos_;
    std::vector<int32_t> keep_;
    uint32_t slots_ = 0;
    std::vector<char> data_; // what lies behind the header
};

} // namespace spaces
