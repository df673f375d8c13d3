#include "rootfs/image/image_diff.hpp"

#include <unordered_map>

namespace farboot::rootfs
{

namespace
{

using Chunks = std::unordered_map<Digest, ImageDiff::Part, DigestHash>;

Result<Chunks> chunks_of(const LocalImage& image)
{
    Chunks chunks;
    const auto walked = image.walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        if (!chunk.is_zero())
            chunks.try_emplace(chunk.digest, ImageDiff::Part{1, chunk.length, place.stored_length});
    });
    if (!walked)
        return std::unexpected(walked.error());
    return chunks;
}

void add(ImageDiff::Part& sum, const ImageDiff::Part& chunk)
{
    sum.chunks += chunk.chunks;
    sum.plain_bytes += chunk.plain_bytes;
    sum.stored_bytes += chunk.stored_bytes;
}

} // namespace

Result<ImageDiff> diff_images(const LocalImage& a, const LocalImage& b)
{
    auto chunks_a = chunks_of(a);
    const auto chunks_b = chunks_of(b);
    if (!chunks_a || !chunks_b)
        return std::unexpected(!chunks_a ? chunks_a.error() : chunks_b.error());
    ImageDiff diff;
    for (const auto& [digest, chunk] : *chunks_b)
        add(chunks_a->erase(digest) > 0 ? diff.shared : diff.only_b, chunk);
    for (const auto& [digest, chunk] : *chunks_a)
        add(diff.only_a, chunk);
    const auto last_page = b.locator().page_range(b.manifest().page_count() - 1);
    diff.fetch_bytes = diff.only_b.stored_bytes + b.manifest().file_bytes() + last_page.offset + last_page.length;
    return diff;
}

} // namespace farboot::rootfs
