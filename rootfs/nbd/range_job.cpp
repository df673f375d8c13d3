#include "rootfs/nbd/range_job.hpp"

#include <vector>

namespace farboot::rootfs
{

RangeJob::RangeJob(std::shared_ptr<JobImage> image, std::uint32_t page, FileRange range, Patience patience)
    : image_(std::move(image)), page_(page), range_(range), patience_(std::move(patience))
{
}

void RangeJob::run()
{
    std::vector<ChunkJob> parts;
    parts.push_back(chunks());
    while (!parts.empty()) {
        auto part = std::move(parts.back());
        parts.pop_back();
        try {
            part.run([&](ChunkJob rest) { parts.push_back(std::move(rest)); });
        } catch (const std::exception& error) { // no memory: whoever wants something of it asks for it himself
            part.drop({dropped_reason, error.what()});
        }
    }
}

ChunkJob RangeJob::chunks() const
{
    std::vector<ChunkJob::Item> items;
    const auto page = image_->map.page(page_, patience_);
    if (!page)
        return {image_, nullptr, {}, Cause::read_ahead, patience_};
    const auto& chunks = (*page)->chunks;
    for (auto index = (*page)->find(range_.offset); index < chunks.size(); ++index) {
        const auto& ref = chunks[index];
        if (ref.offset >= range_.offset + range_.length)
            break;
        if (ref.offset < range_.offset || ref.is_zero() || image_->is_on_disk(ref.digest))
            continue;
        if (const auto found = image_->cache.look_up(ref, Cause::read_ahead); found.mine)
            items.push_back({index, found.flight, true});
    }
    return {image_, *page, std::move(items), Cause::read_ahead, patience_};
}

} // namespace farboot::rootfs
