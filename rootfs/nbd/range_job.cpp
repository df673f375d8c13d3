#include "rootfs/nbd/range_job.hpp"

#include "rootfs/nbd/begun_flights.hpp"

namespace farboot::rootfs
{

RangeJob::RangeJob(std::shared_ptr<JobImage> image, std::uint32_t page, FileRange range, Patience patience)
    : what_(Stretch{std::move(image), page, range, std::move(patience)})
{
}

void RangeJob::run(const Submit& submit)
{
    try {
        if (const auto* stretch = std::get_if<Stretch>(&what_))
            what_.emplace<ChunkJob>(stretch->chunks());
        std::get<ChunkJob>(what_).run([&](ChunkJob rest) { submit(RangeJob(std::move(rest))); });
    } catch (const std::exception& error) { // no memory: whoever wants something of it asks for it himself
        if (auto* job = std::get_if<ChunkJob>(&what_))
            job->drop({dropped_reason, error.what()});
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
    BegunFlights begun(image->cache, **found);
    const auto& chunks = (*found)->chunks;
    for (auto index = (*found)->find(range.offset); index < chunks.size(); ++index) {
        const auto& ref = chunks[index];
        if (ref.offset >= range.offset + range.length)
            break;
        if (ref.offset < range.offset || ref.is_zero() || image->is_on_disk(ref.digest))
            continue;
        begun.make_room();
        if (const auto got = image->cache.look_up(ref, Cause::read_ahead); got.mine)
            begun.add({index, got.flight, true});
    }
    auto its_own = patience;
    return {image, *found, begun.hand_over(), Cause::read_ahead, std::move(its_own)};
}

} // namespace farboot::rootfs
