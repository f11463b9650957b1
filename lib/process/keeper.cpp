// Keeper: a process that does nothing but be in a systemd scope.
#include "process/keeper.hpp"

#include "plan/builder.hpp"
#include "process/channel.hpp"
#include "process/start_stage.hpp"

#include <string>

namespace spaces {

Keeper Keeper::start() {
    Keeper keeper;
    Fd theirs;
    Channel channel = Channel::open({}, theirs);
    // A Plan of no steps, that begins when it is told to: all that it does is to close what is the caller's.
    Builder plan;
    plan.keep(theirs.get());
    plan.header().await_go = 1;
    const std::vector<char> buffer = plan.finish();
    channel.send(buffer.data(), buffer.size());
    const std::string environment = std::to_string(theirs.get());
    const int keep[] = {theirs.get()};
    CloneRequest request;
    request.environment = environment.c_str();
    request.keep = keep;
    request.keep_count = 1;
    keeper.child_ = ChildGuard(std::move(start_stage(request).child));
    keeper.control_ = channel.release();
    return keeper;
}

} // namespace spaces
