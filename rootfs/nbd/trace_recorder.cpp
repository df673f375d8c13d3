#include "rootfs/nbd/trace_recorder.hpp"

namespace farboot::rootfs
{

void TraceRecorder::begin()
{
    const std::scoped_lock lock(mutex_);
    if (active_++ == 0)
        time_ += std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - running_since_);
}

void TraceRecorder::end()
{
    const std::scoped_lock lock(mutex_);
    if (--active_ == 0)
        running_since_ = Clock::now();
}

std::vector<TraceRecorder::ChunkNumber> TraceRecorder::note(FileRange range, const std::vector<ChunkNumber>& chunks)
{
    const std::scoped_lock lock(mutex_);
    std::vector<ChunkNumber> added;
    if (reads_.size() == Trace::most_reads)
        return added;
    for (const auto chunk : chunks)
        if (touched_.insert(chunk).second)
            added.push_back(chunk);
    if (!added.empty())
        reads_.push_back({time_, range});
    return added;
}

std::chrono::microseconds TraceRecorder::client_time() const
{
    const std::scoped_lock lock(mutex_);
    return time_;
}

std::size_t TraceRecorder::count() const
{
    const std::scoped_lock lock(mutex_);
    return reads_.size();
}

std::size_t TraceRecorder::active() const
{
    const std::scoped_lock lock(mutex_);
    return active_;
}

std::vector<Trace::Read> TraceRecorder::reads() const
{
    const std::scoped_lock lock(mutex_);
    return reads_;
}

} // namespace farboot::rootfs
