#include "rootfs/nbd/progress.hpp"

namespace farboot::rootfs
{

void Progress::start()
{
    silence_ = usual_.unusual_silence();
    due_ = Clock::time_point::max();
    note();
}

void Progress::expect(std::uint64_t bytes)
{
    start();
    due_ = silent_until_.load() + usual_.unusual_time_for(bytes);
}

void Progress::note()
{
    silent_until_ = Clock::now() + silence_.load();
}

} // namespace farboot::rootfs
