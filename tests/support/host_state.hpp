// Everything of a process that a polite guest in it must leave as it was.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace support {

// A snapshot of the calling process: signal masks and dispositions, umask, working directory, environment,
// resource limits, dumpable flag, subreaper, no_new_privs, oom_score_adj, ids, capabilities, namespaces and
// cgroups of every thread, open descriptors and what they are of, children, threads, mounts, host name,
// locale, memory that is mapped from memfds.
class HostState {
  public:
    HostState();

    // A line for each thing that was not so `before`; empty when nothing is.
    std::string changes_since(const HostState &before) const;

  private:
    std::map<std::string, std::string> facts_;
};

// Fails the test where `action` leaves something changed. `what` names it in the report.
void expect_unchanged(const std::string &what, const std::function<void()> &action);

} // namespace support
