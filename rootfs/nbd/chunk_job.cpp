#include "rootfs/nbd/chunk_job.hpp"

#include "rootfs/nbd/chunk_fetch.hpp"

namespace farboot::rootfs
{

ChunkJob::ChunkJob(std::shared_ptr<JobImage> image, std::shared_ptr<const ManifestPage> page, std::vector<Item> items,
                   Cause cause, Patience patience)
    : image_(std::move(image)),
      page_(std::move(page)),
      items_(std::move(items)),
      cause_(cause),
      patience_(std::move(patience))
{
}

ChunkJob::~ChunkJob()
{
    drop({dropped_reason, {}});
}

void ChunkJob::run(const Submit& submit)
{
    ChunkFetch fetch(*this, submit);
    const auto attempt = [&](const Source& source, Freshness freshness, const Patience& patience) {
        return fetch.attempt(source, freshness, patience);
    };
    auto result = cause_ == Cause::demand ? image_->sources.until_good(attempt, image_->counters, patience_)
                                          : image_->sources.once(attempt, patience_);
    // Whoever came to wait for what read-ahead failed to bring asks for it himself.
    drop(result || cause_ == Cause::read_ahead ? not_worth_a_request() : result.error());
}

Error ChunkJob::not_worth_a_request()
{
    return {dropped_reason, "The chunk was not worth a request of its own."};
}

void ChunkJob::drop(const Error& error)
{
    for (const auto& item : items_)
        image_->cache.fail_flight(page_->chunks[item.chunk].digest, item.flight, error);
    items_.clear();
}

} // namespace farboot::rootfs
