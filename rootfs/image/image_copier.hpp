#pragma once

#include "rootfs/image/chunk_index.hpp"
#include "rootfs/image/local_image.hpp"
#include "rootfs/image/pack_sink.hpp"
#include "rootfs/image/parallel.hpp"
#include "rootfs/image/wanted_chunks.hpp"

#include <functional>
#include <stop_token>

namespace farboot::rootfs
{

struct CopyProgress {
    std::uint64_t known_bytes = 0; ///< of the image's chunks, compressed: those that the other store had
    std::uint64_t total_bytes = 0; ///< compressed: those that it lacked
    std::uint64_t copied_bytes = 0;
    std::uint64_t new_packs = 0;
    bool hot_pack_left = false; ///< it was damaged or missing, and the copy goes without
};

/// Copies images from one local store into another, chunk by chunk as they are stored, after checking each. What the
/// other store has already is not copied, and a pack that it lacks altogether becomes the same pack there. Packs, then
/// manifest, then locator: a copy that was killed or stopped goes on when it is started again.
class ImageCopier
{
public:
    /// All must outlive the copier; `index` is that of the store that `writer` writes.
    ImageCopier(const Store& from, StoreWriter& writer, ChunkIndex& index, unsigned workers = worker_count())
        : from_(from), writer_(writer), index_(index), workers_(workers), sink_(writer, index)
    {
    }

    /// `progress` is called on the caller's thread. Reasons: those of LocalImage, digest-mismatch, chunk-malformed (the
    /// source is damaged), io, index, cancelled.
    [[nodiscard]] Result<CopyProgress> copy(const Digest& image,
                                            const std::function<void(const CopyProgress&)>& progress = {},
                                            const std::stop_token& stop = {});

private:
    [[nodiscard]] Result<WantedChunks> find_wanted(const LocalImage& image, CopyProgress& totals) const;
    [[nodiscard]] Result<void> copy_hot_pack(const HotList& hot, CopyProgress& totals);

    const Store& from_;
    StoreWriter& writer_;
    ChunkIndex& index_;
    unsigned workers_;
    PackSink sink_;
};

} // namespace farboot::rootfs
