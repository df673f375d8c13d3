#include "rootfs/image/chunk_list.hpp"

#include <algorithm>

namespace farboot::rootfs
{

ChunkList::ChunkList(std::vector<ChunkRef> chunks) : chunks_(std::move(chunks))
{
    for (std::size_t number = 0; number < chunks_.size(); ++number)
        if (!chunks_[number].is_zero())
            numbers_.try_emplace(chunks_[number].digest, static_cast<std::uint32_t>(number));
}

Result<ChunkList> ChunkList::load(const LocalImage& image)
{
    std::vector<ChunkRef> chunks;
    const auto walked = image.walk([&](const ChunkRef& chunk, const ChunkPlace&) { chunks.push_back(chunk); });
    if (!walked)
        return std::unexpected(walked.error());
    return ChunkList(std::move(chunks));
}

std::optional<std::size_t> ChunkList::find(const Digest& digest) const
{
    const auto found = numbers_.find(digest);
    return found == numbers_.end() ? std::nullopt : std::optional<std::size_t>(found->second);
}

std::size_t ChunkList::at(std::uint64_t offset) const
{
    const auto after = std::ranges::upper_bound(chunks_, offset, {}, &ChunkRef::offset);
    return static_cast<std::size_t>(after - chunks_.begin()) - 1;
}

} // namespace farboot::rootfs
