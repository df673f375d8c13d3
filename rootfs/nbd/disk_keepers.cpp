#include "rootfs/nbd/disk_keepers.hpp"

#include <bit>

namespace farboot::rootfs
{

Keepers DiskKeepers::add()
{
    const auto lowest_free = ~all_ & (all_ + 1);
    all_ |= lowest_free;
    return lowest_free;
}

void DiskKeepers::tell(Keepers keepers)
{
    for (std::size_t bit = 0; bit < most; ++bit)
        news_[bit] += keepers >> bit & 1;
}

std::uint64_t DiskKeepers::news(Keepers keeper) const
{
    return news_[static_cast<std::size_t>(std::countr_zero(keeper))];
}

} // namespace farboot::rootfs
