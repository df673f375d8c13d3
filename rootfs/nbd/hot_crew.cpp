#include "rootfs/nbd/hot_crew.hpp"

#include "rootfs/nbd/source_error.hpp"

#include <system_error>
#include <thread>
#include <vector>

namespace farboot::rootfs
{

Result<void> HotCrew::run(const Patience& patience)
{
    const std::stop_callback stopped(patience.stop, [&] { broken_.request_stop(); });
    auto until_broken = patience;
    until_broken.stop = broken_.get_token();
    std::vector<std::jthread> threads;
    const auto add = [&] {
        {
            const std::scoped_lock lock(mutex_);
            ++running_;
        }
        try {
            threads.emplace_back([&, first = threads.empty()] { go(first, until_broken); });
            return true;
        } catch (const std::exception&) { // no memory for one more
            const std::scoped_lock lock(mutex_);
            --running_;
            return false;
        }
    };
    if (!add())
        return fail("internal", "Cannot start a thread for the hot pack.");
    while (!over_.stop_requested())
        if (threads.size() >= lanes_.count())
            lanes_.wait_for_more(threads.size(), over_.get_token());
        else if (!add())
            break; // those that there are go on
    threads.clear();
    return std::move(first_failure_);
}

void HotCrew::go(bool first, const Patience& patience)
{
    auto done = work(first, patience);
    const std::scoped_lock lock(mutex_);
    if (!done && (first || may_be_stale(done.error())) && !broken_.stop_requested()) {
        first_failure_ = std::move(done);
        broken_.request_stop();
    }
    if (--running_ == 0)
        over_.request_stop();
}

Result<void> HotCrew::work(bool first, const Patience& patience) const
try {
    return work_(first, patience);
} catch (const std::exception& error) {
    return fail("internal", "{}", error.what());
}

} // namespace farboot::rootfs
