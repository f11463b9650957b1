// FilterMemory: compiled filters that are kept with the Spec.
#include "security/filter.hpp"
#include "spec/seccomp.hpp"

namespace spaces {

FilterMemory::~FilterMemory() {
    for (Entry *entry = newest_.load(); entry != nullptr;) {
        const std::unique_ptr<Entry> owned(entry);
        entry = owned->next;
    }
}

const Filter *FilterMemory::find(const Capabilities &capabilities) const noexcept {
    for (const Entry *entry = newest_.load(std::memory_order_acquire); entry != nullptr;
         entry = entry->next) {
        if (entry->capabilities == capabilities) {
            return &entry->filter;
        }
    }
    return nullptr;
}

void FilterMemory::keep(const Capabilities &capabilities, const Filter &filter) {
    if (count_.fetch_add(1) >= most) {
        count_.fetch_sub(1);
        return;
    }
    auto entry = std::make_unique<Entry>(Entry{capabilities, filter, newest_.load()});
    while (!newest_.compare_exchange_weak(entry->next, entry.get(), std::memory_order_acq_rel)) {
    }
    static_cast<void>(entry.release()); // the list has it
}

std::shared_ptr<FilterMemory> new_filter_memory() {
    return std::make_shared<FilterMemory>();
}

} // namespace spaces
