#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

namespace farboot::rootfs
{

/// A stretch of an image that is likely to be wanted soon. Which chunks it has, and which of them somebody has or
/// fetches already, is looked up when its turn comes: asking for the manifest's page may take a round trip, and nobody
/// waits for it here.
class RangeJob
{
public:
    using Submit = std::function<void(RangeJob)>;

    /// What begins in `range`, which lies in the image, of this page; of an empty one, only where everything lies.
    RangeJob(std::shared_ptr<JobImage> image, std::uint32_t page, FileRange range, Patience patience);

    /// Does one request's worth; what needs another request is submitted, for somebody else to do at the same time.
    void run(const Submit& submit);

private:
    struct Stretch {
        std::shared_ptr<JobImage> image;
        std::uint32_t page = 0;
        FileRange range;
        Patience patience;

        [[nodiscard]] ChunkJob chunks() const;
    };

    explicit RangeJob(ChunkJob rest) : what_(std::move(rest)) {}

    std::variant<Stretch, ChunkJob> what_;
};

} // namespace farboot::rootfs
