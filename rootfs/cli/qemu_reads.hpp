#pragma once

#include "rootfs/image/trace.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// Makes a trace of what QEMU prints for each read of a drive (its trace event blk_co_preadv, with -msg timestamp=on):
/// only reads that meet something for the first time are kept. The drive answers at once, so that QEMU's clock is
/// nearly the client's own.
class QemuReads
{
public:
    explicit QemuReads(std::uint64_t image_bytes) : image_bytes_(image_bytes), met_((image_bytes + block - 1) / block)
    {
    }

    /// What has come since the last call, in any pieces; other lines are passed over.
    void take(std::string_view text);

    [[nodiscard]] const std::vector<Trace::Read>& reads() const { return reads_; }
    /// Of the image, met so far.
    [[nodiscard]] std::uint64_t bytes() const { return met_blocks_ * block; }

private:
    static constexpr std::uint64_t block = 4096;

    void take_line(std::string_view line);

    std::uint64_t image_bytes_;
    std::vector<bool> met_; ///< by block
    std::uint64_t met_blocks_ = 0;
    std::string rest_; ///< of a line
    std::optional<std::chrono::microseconds> begun_;
    std::vector<Trace::Read> reads_;
};

} // namespace farboot::rootfs
