#include "rootfs/nbd/hot_sources.hpp"

#include <utility>

namespace farboot::rootfs
{

namespace
{
constexpr int most_failures = 8;
} // namespace

std::optional<HotSources::Next> HotSources::next(const std::vector<Source>& by_preference) const
{
    std::optional<Next> best;
    auto least = most_failures;
    for (const auto& source : by_preference) {
        const auto found = tries_.find(source.index);
        const auto tries = found == tries_.end() ? Tries{} : found->second;
        if (tries.over || tries.failures >= least)
            continue;
        least = tries.failures;
        best = Next{source, tries.past_caches, tries.failures > 0};
    }
    return best;
}

void HotSources::note_none(const Source& source)
{
    tries_[source.index].over = true;
    one_has_none_ = true;
}

void HotSources::note_stale(const Source& source)
{
    auto& tries = tries_[source.index];
    tries.over = std::exchange(tries.past_caches, true);
}

void HotSources::note_progress()
{
    for (auto& [index, tries] : tries_)
        tries.failures = 0;
}

} // namespace farboot::rootfs
