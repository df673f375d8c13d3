#include "rootfs/image/profile.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

namespace farboot::rootfs
{

namespace
{

/// Numbers of which each is taken once. Those that were taken are passed over in almost constant time, however many
/// they are: a trace comes from a PC, and may say that all of an image was read, thousands of times.
class TakenOnce
{
public:
    /// The first number from this one on that was not taken.
    [[nodiscard]] std::size_t skip(std::size_t number)
    {
        for (auto at = next_.find(number); at != next_.end(); at = next_.find(number)) {
            if (const auto beyond = next_.find(at->second); beyond != next_.end())
                at->second = beyond->second; // the next search has half the way
            number = at->second;
        }
        return number;
    }
    void take(std::size_t number) { next_.try_emplace(number, number + 1); }

private:
    std::unordered_map<std::size_t, std::size_t> next_; ///< of what was taken: where to look on
};

/// In the order of first use.
Profile chunks_of(const Trace& trace, const ChunkList& chunks, const MergeOptions& options)
{
    Profile order;
    TakenOnce taken;
    for (const auto& read : trace.reads) {
        if (options.until && read.time > *options.until)
            break;
        const auto end = read.range.offset + read.range.length;
        for (auto number = taken.skip(chunks.at(read.range.offset));
             number < chunks.chunks().size() && chunks.chunks()[number].offset < end; number = taken.skip(number)) {
            taken.take(number);
            if (!chunks.chunks()[number].is_zero())
                order.push_back(number);
        }
    }
    return order;
}

/// How far an unchanged chunk lies from `from`, searched in one direction.
std::optional<std::pair<std::size_t, std::size_t>>
unchanged_neighbour(const ChunkList& old_chunks, const ChunkList& new_chunks, std::size_t from, int step)
{
    const auto count = old_chunks.chunks().size();
    for (auto number = from + static_cast<std::size_t>(step); number < count; number += static_cast<std::size_t>(step))
        if (const auto same = new_chunks.find(old_chunks.chunks()[number].digest))
            return std::pair(number, *same);
    return std::nullopt;
}

/// The new version's chunks at the place of a changed one; nothing if the neighbours have changed their order.
Profile stand_ins(const ChunkList& old_chunks, const ChunkList& new_chunks, std::size_t changed)
{
    const auto before = unchanged_neighbour(old_chunks, new_chunks, changed, -1);
    const auto after = unchanged_neighbour(old_chunks, new_chunks, changed, 1);
    const auto& old_all = old_chunks.chunks();
    const auto& new_all = new_chunks.chunks();
    const auto old_begin = before ? old_all[before->first].end() : 0;
    const auto old_end = after ? old_all[after->first].offset : old_all.back().end();
    const auto new_begin = before ? new_all[before->second].end() : 0;
    const auto new_end = after ? new_all[after->second].offset : new_all.back().end();
    if (new_end <= new_begin)
        return {};
    const auto scale = static_cast<double>(new_end - new_begin) / static_cast<double>(old_end - old_begin);
    const auto place = [&](std::uint64_t offset) {
        return new_begin + static_cast<std::uint64_t>(std::floor(static_cast<double>(offset - old_begin) * scale));
    };
    const auto begin = std::min(place(old_all[changed].offset), new_end - 1);
    const auto end = std::clamp(place(old_all[changed].end()), begin + 1, new_end);
    Profile found;
    for (auto number = new_chunks.at(begin); number < new_all.size() && new_all[number].offset < end; ++number)
        if (!new_all[number].is_zero())
            found.push_back(number);
    return found;
}

} // namespace

Profile merge_traces(const std::vector<Trace>& traces, const ChunkList& chunks, const MergeOptions& options)
{
    struct Use {
        std::size_t traces = 0;
        double places = 0; ///< their sum
        bool hot = false;
    };
    std::unordered_map<std::size_t, Use> uses;
    std::map<std::pair<std::string, std::string>, std::vector<Profile>> kinds;
    for (const auto& trace : traces)
        kinds[{trace.hardware, trace.session}].push_back(chunks_of(trace, chunks, options));
    for (const auto& [kind, orders] : kinds) {
        std::unordered_map<std::size_t, std::size_t> counts;
        for (const auto& order : orders)
            for (std::size_t place = 0; place < order.size(); ++place) {
                ++counts[order[place]];
                auto& use = uses[order[place]];
                ++use.traces;
                use.places += static_cast<double>(place);
            }
        const auto enough = std::max(1.0, options.share * static_cast<double>(orders.size()));
        for (const auto& [number, count] : counts)
            if (static_cast<double>(count) >= enough)
                uses[number].hot = true;
    }
    Profile profile;
    for (const auto& [number, use] : uses)
        if (use.hot)
            profile.push_back(number);
    std::ranges::sort(profile, {}, [&](std::size_t number) {
        const auto& use = uses[number];
        return std::pair(use.places / static_cast<double>(use.traces), number);
    });
    return profile;
}

Profile profile_of(const HotList& list, const ChunkList& chunks)
{
    Profile profile;
    for (const auto& row : list.rows)
        if (const auto number = chunks.find(row.digest))
            profile.push_back(*number);
    return profile;
}

Profile join_profiles(Profile first, const Profile& second)
{
    std::unordered_set<std::size_t> seen(first.begin(), first.end());
    for (const auto number : second)
        if (seen.insert(number).second)
            first.push_back(number);
    return first;
}

Inherited inherit_profile(const HotList& old_list, const ChunkList& old_chunks, const ChunkList& new_chunks)
{
    Inherited inherited;
    std::unordered_set<std::size_t> taken;
    const auto take = [&](std::size_t number) {
        const auto is_new = taken.insert(number).second;
        if (is_new)
            inherited.profile.push_back(number);
        return is_new;
    };
    for (const auto& row : old_list.rows) {
        if (const auto same = new_chunks.find(row.digest)) {
            inherited.same += take(*same);
            continue;
        }
        const auto changed = old_chunks.find(row.digest);
        if (!changed) // a page of the manifest
            continue;
        for (const auto number : stand_ins(old_chunks, new_chunks, *changed))
            inherited.moved += take(number);
    }
    return inherited;
}

} // namespace farboot::rootfs
