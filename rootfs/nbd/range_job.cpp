#include "rootfs/nbd/range_job.hpp"

#include <vector>

namespace farboot::rootfs
{

RangeJob::RangeJob(std::shared_ptr<JobImage> image, std::uint32_t page, FileRange range, Patience patience)
    : what_(Stretch{std::move(image), page, range, std::move(patience)})
{
}

void RangeJob::run(const Submit& submit)
{
    if (const auto* stretch = std::get_if<Stretch>(&what_))
        what_ = stretch->chunks();
    auto& job = std::get<ChunkJob>(what_);
    try {
        job.run([&](ChunkJob rest) { submit(RangeJob(std::move(rest))); });
    } catch (const std::exception& error) { // no memory: whoever wants something of it asks for it himself
        job.drop({dropped_reason, error.what()});
    }
}

ChunkJob RangeJob::Stretch::chunks() const
{
    ChunkJob nothing(image, nullptr, {}, Cause::read_ahead, patience);
    const auto found = image->map.page(page, patience);
    if (!found)
        return nothing;
    if (range.length == 0) {
        (void)image->map.places(image->sources.best(), **found, patience);
        return nothing;
    }
    std::vector<ChunkJob::Item> items;
    const auto& chunks = (*found)->chunks;
    for (auto index = (*found)->find(range.offset); index < chunks.size(); ++index) {
        const auto& ref = chunks[index];
        if (ref.offset >= range.offset + range.length)
            break;
        if (ref.offset < range.offset || ref.is_zero() || image->is_on_disk(ref.digest))
            continue;
        if (const auto got = image->cache.look_up(ref, Cause::read_ahead); got.mine)
            items.push_back({index, got.flight, true});
    }
    return {image, *found, std::move(items), Cause::read_ahead, patience};
}

} // namespace farboot::rootfs
