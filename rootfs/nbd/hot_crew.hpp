#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/nbd/hot_lanes.hpp"
#include "rootfs/nbd/patience.hpp"

#include <cstddef>
#include <functional>
#include <mutex>

namespace farboot::rootfs
{

/// Goes through a hot list on as many threads as it has connections, at first one.
class HotCrew
{
public:
    /// Of one of them: until nothing is left.
    using Work = std::function<Result<void>(bool first, const Patience&)>;

    HotCrew(HotLanes& lanes, Work work) : lanes_(lanes), work_(std::move(work)) {}

    /// Until all are through. A failure of the first one ends the others, as does what any of them finds to be wrong;
    /// that one of the others failed otherwise may mean that a server takes no more connections, and those that it
    /// takes bring what this one was to.
    [[nodiscard]] Result<void> run(const Patience& patience);

private:
    void go(bool first, const Patience& patience);
    /// The same; no exception leaves it, since that would end the process.
    [[nodiscard]] Result<void> work(bool first, const Patience& patience) const;

    HotLanes& lanes_;
    Work work_;
    std::mutex mutex_;
    std::size_t running_ = 0;    ///< under the mutex
    std::stop_source over_;      ///< all are through
    std::stop_source broken_;    ///< ends what they wait for
    Result<void> first_failure_; ///< under the mutex
};

} // namespace farboot::rootfs
