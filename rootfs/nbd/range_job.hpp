#pragma once

#include "rootfs/nbd/chunk_job.hpp"

#include <cstdint>
#include <memory>

namespace farboot::rootfs
{

/// A stretch of an image that is likely to be wanted soon. Which chunks it has, and which of them somebody has or
/// fetches already, is looked up when its turn comes: asking for the manifest's page may take a round trip, and nobody
/// waits for it here.
class RangeJob
{
public:
    /// What begins in `range`, which lies in the image, of this page.
    RangeJob(std::shared_ptr<JobImage> image, std::uint32_t page, FileRange range, Patience patience);

    /// Fetches all of it, one request after another.
    void run();

private:
    [[nodiscard]] ChunkJob chunks() const;

    std::shared_ptr<JobImage> image_;
    std::uint32_t page_;
    FileRange range_;
    Patience patience_;
};

} // namespace farboot::rootfs
