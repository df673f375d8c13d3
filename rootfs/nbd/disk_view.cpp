#include "rootfs/nbd/disk_view.hpp"

#include <algorithm>
#include <array>

namespace farboot::rootfs
{

namespace
{
/// Of 1 TiB, the largest that a reader is told to use.
constexpr std::uint64_t most_segments = 65'536;
} // namespace

Result<std::unique_ptr<DiskView>> DiskView::open(const std::filesystem::path& folder, Clock::duration look_every)
{
    auto data = DiskFile::open_to_read(folder / "chunks");
    if (!data)
        return std::unexpected(std::move(data.error()));
    auto index = DiskFile::open_to_read(folder / "index");
    if (!index)
        return std::unexpected(std::move(index.error()));
    std::unique_ptr<DiskView> view(new DiskView(std::move(*data), std::move(*index), look_every));
    if (auto done = view->look(); !done)
        return std::unexpected(std::move(done.error()));
    return view;
}

Result<void> DiskView::look()
{
    looked_ = Clock::now();
    const auto size = index_.size();
    if (!size)
        return std::unexpected(size.error());
    sequences_.resize(std::min((*size + disk_segment_index_bytes - 1) / disk_segment_index_bytes, most_segments));
    std::vector<std::uint64_t> now(sequences_.size());
    std::array<std::byte, sizeof(std::uint64_t)> header{};
    for (std::uint32_t segment = 0; segment < now.size(); ++segment) {
        if (auto done = index_.read(header_at(segment), header); !done)
            return done;
        now[segment] = load<std::uint64_t>(header, 0);
    }
    // The newest one grows, and so may the one before have done since.
    const auto newest = now.empty() ? 0 : std::ranges::max(now);
    // What is gone goes in one pass over all: at the first look there is nothing to go through.
    const auto is_new = [&](std::uint32_t segment) {
        return segment >= now.size() || now[segment] != sequences_[segment];
    };
    std::erase_if(places_, [&](const auto& item) { return is_new(item.second.segment); });
    std::vector<std::byte> data(disk_segment_index_bytes);
    for (std::uint32_t segment = 0; segment < now.size(); ++segment) {
        if (!is_new(segment) && now[segment] + 1 < newest)
            continue;
        if (auto done = index_.read(header_at(segment), data); !done)
            return done;
        auto [sequence, rows] = parse_disk_segment(segment, data);
        for (const auto& [digest, place] : rows) {
            const auto [found, added] = places_.try_emplace(digest, place);
            if (!added && sequences_[found->second.segment] <= sequence) // what was written last counts
                found->second = place;
        }
        sequences_[segment] = sequence;
    }
    return {};
}

std::optional<DiskPlace> DiskView::place_of(const Digest& digest)
{
    auto found = places_.find(digest);
    if (found == places_.end() && Clock::now() >= looked_ + look_every_) {
        if (!look())
            return std::nullopt;
        found = places_.find(digest);
    }
    return found == places_.end() ? std::nullopt : std::optional(found->second);
}

Chunk DiskView::find(const Digest& digest, std::uint32_t length)
{
    std::optional<DiskPlace> place;
    {
        const std::scoped_lock lock(mutex_);
        place = place_of(digest);
    }
    if (!place || place->length != length)
        return nullptr;
    auto plain = std::make_shared<ChunkBytes>(length);
    if (data_.read(data_at(*place), *plain) && sha256(*plain) == digest)
        return plain;
    const std::scoped_lock lock(mutex_);
    if (const auto found = places_.find(digest); found != places_.end() && found->second == *place)
        places_.erase(found);
    return nullptr;
}

bool DiskView::contains(const Digest& digest)
{
    const std::scoped_lock lock(mutex_);
    return place_of(digest).has_value();
}

std::size_t DiskView::chunks() const
{
    const std::scoped_lock lock(mutex_);
    return places_.size();
}

} // namespace farboot::rootfs
