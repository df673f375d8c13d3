#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace farboot::rootfs
{

/// Some of those who have pinned chunks of the local cache, a bit each.
using Keepers = std::uint32_t;

/// Who has pinned chunks, and what each has to hear: when it is to look whether all are still there. Not safe for
/// several threads.
class DiskKeepers
{
public:
    static constexpr std::size_t most = std::numeric_limits<Keepers>::digits;

    /// A new one; 0 if there are too many.
    [[nodiscard]] Keepers add();
    void remove(Keepers keepers) { all_ &= ~keepers; }
    [[nodiscard]] Keepers all() const { return all_; }

    void tell(Keepers keepers);
    /// Grows when this one is told.
    [[nodiscard]] std::uint64_t news(Keepers keeper) const;

private:
    Keepers all_ = 0;
    std::array<std::uint64_t, most> news_{}; ///< by the bit
};

} // namespace farboot::rootfs
