#include "rootfs/nbd/read_ahead.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
/// A stream as short as this gets along with the neighbours that demand reads take with them.
constexpr std::uint64_t smallest_window = 256 * 1024;
/// Clients with several reads in flight send them somewhat out of order, and skip what they already have: a stream that
/// is long is not given up for a gap that is short beside it.
constexpr std::uint64_t slack_behind = 1024 * 1024;
constexpr std::uint64_t slack_ahead = 256 * 1024;
constexpr std::uint64_t share_of_stream = 4;
constexpr std::uint64_t most_slack = 8 * 1024 * 1024;
} // namespace

std::optional<FileRange> ReadAhead::note(FileRange read, std::uint64_t room, std::uint64_t request)
{
    const std::scoped_lock lock(mutex_);
    ++reads_;
    const auto end = read.offset + read.length;
    const auto stream = std::ranges::find_if(streams_, [&](const Stream& known) {
        const auto slack = std::min(known.read / share_of_stream, most_slack);
        return known.used > 0 && read.offset + std::max(slack, slack_behind) >= known.next &&
               read.offset <= known.next + std::max(slack, slack_ahead);
    });
    if (stream == streams_.end()) {
        *std::ranges::min_element(streams_, {}, &Stream::used) = Stream{read.length, end, end, reads_};
        return std::nullopt;
    }
    stream->used = reads_;
    if (end <= stream->next)
        return std::nullopt;
    stream->read += std::min(read.length, end - stream->next);
    stream->next = end;
    stream->ahead_to = std::max(stream->ahead_to, end);
    const auto window = std::min(stream->read, largest_window_);
    const auto least = std::min(request, window / 2);
    if (window < smallest_window || room < least || stream->ahead_to - end + least > window)
        return std::nullopt;
    const auto wanted_to = std::min(end + window, stream->ahead_to + room);
    const FileRange range{stream->ahead_to, wanted_to - stream->ahead_to};
    stream->ahead_to = wanted_to;
    return range;
}

} // namespace farboot::rootfs
