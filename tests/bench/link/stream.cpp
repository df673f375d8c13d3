#include "tests/bench/link/stream.hpp"

#include <algorithm>

#include <sys/socket.h>

namespace farboot::bench
{

namespace
{
/// The sender's send buffer, beside the kernel's own: some milliseconds of a fast wire, so that it never runs dry while
/// other programs have the processor.
constexpr std::uint64_t unsent_bytes = 1024 * 1024;
/// Less room than this is not worth a system call.
constexpr std::uint64_t least_room = 64 * 1024;
} // namespace

Stream::Stream(Wire& wire, int from, int to, Time opens)
    : wire_(wire), flow_(wire.shape(), opens), ring_(wire.shape().largest_window() + unsent_bytes), from_(from), to_(to)
{
    wire_.add(flow_);
}

bool Stream::can_fill() const
{
    return readable_ && ended_ == Time::max() && flow_.unsent() + least_room <= unsent_bytes;
}

void Stream::fill(Time now)
{
    while (can_fill()) {
        const auto moved = ring_.read_from(from_, unsent_bytes - flow_.unsent());
        if (moved.ended)
            ended_ = now + wire_.shape().round_trip / 2;
        if (moved.blocked || moved.ended)
            readable_ = false;
        else
            flow_.arrive(moved.bytes, now);
    }
}

void Stream::drain(Time now)
{
    while (writable_ && flow_.waiting() > 0) {
        const auto moved = ring_.write_to(to_, flow_.waiting());
        over_ = over_ || moved.ended;
        writable_ = !moved.blocked && !moved.ended;
        flow_.take(moved.bytes, now);
    }
    if (ends() <= now) {
        shutdown(to_, SHUT_WR);
        over_ = true;
    }
}

Time Stream::ends() const
{
    return over_ || flow_.held() > 0 ? Time::max() : ended_;
}

} // namespace farboot::bench
