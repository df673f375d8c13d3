#pragma once

#include "rootfs/image/format.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

namespace farboot::rootfs
{

/// Sees sequential streams in the reads of an image, several at once, and says what they are likely to want next. Safe
/// for many threads.
class ReadAhead
{
public:
    /// As much is read ahead as a stream has already read, up to `largest_window` bytes: a stream that ends has cost at
    /// most twice its bytes.
    explicit ReadAhead(std::uint64_t largest_window) : largest_window_(largest_window) {}

    /// A read of this range happens. What should be fetched beyond it: nothing for a read that continues no stream, at
    /// most `room` bytes, and as a rule not much less than `request`. The range may reach beyond the image's end.
    [[nodiscard]] std::optional<FileRange> note(FileRange read, std::uint64_t room, std::uint64_t request);

private:
    struct Stream {
        std::uint64_t read = 0; ///< bytes, without those read again: a stream with gaps is worth less than its length
        std::uint64_t next = 0; ///< byte behind the last read
        std::uint64_t ahead_to = 0; ///< byte behind what was asked to be fetched
        std::uint64_t used = 0;     ///< when, in reads
    };

    const std::uint64_t largest_window_;
    std::mutex mutex_;
    std::array<Stream, 8> streams_{};
    std::uint64_t reads_ = 0;
};

} // namespace farboot::rootfs
