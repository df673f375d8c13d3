#include "rootfs/image/hot_pack.hpp"

#include <map>

namespace farboot::rootfs
{

namespace
{

/// Builds one hot pack.
class Builder
{
public:
    Builder(const LocalImage& image, std::uint64_t limit) : image_(image), limit_(limit) { pack_.file = "FBHOT001"; }

    /// False once there is no room.
    Result<bool> add(std::size_t chunk)
    {
        const auto number = static_cast<std::uint32_t>(chunk / image_.manifest().page_entries());
        auto found = pages_.find(number);
        if (found == pages_.end()) {
            const auto data = image_.page_bytes(number);
            if (!data)
                return std::unexpected(data.error());
            auto page = image_.page(number);
            if (!page)
                return std::unexpected(page.error());
            if (!append_row({image_.manifest().page_digest(number), static_cast<std::uint32_t>(data->size()),
                             static_cast<std::uint32_t>(data->size())},
                            *data))
                return false;
            found = pages_.emplace(number, std::move(*page)).first;
        }
        const auto index = chunk % image_.manifest().page_entries();
        const auto& ref = found->second.manifest.chunks[index];
        const auto& place = found->second.places[index];
        const auto stored = image_.stored_bytes(ref, place);
        if (!stored)
            return std::unexpected(stored.error());
        return append_row({ref.digest, place.stored_length, ref.length}, *stored);
    }

    HotPack finish()
    {
        if (!pack_.list.rows.empty())
            pack_.list.pack = {sha256(as_bytes(pack_.file)), pack_.file.size()};
        return std::move(pack_);
    }

private:
    bool append_row(const HotList::Row& row, std::string_view stored)
    {
        if (pack_.file.size() + stored.size() > limit_ || pack_.list.rows.size() == max_hot_chunks)
            return false;
        pack_.list.rows.push_back(row);
        pack_.file += stored;
        return true;
    }

    const LocalImage& image_;
    std::uint64_t limit_;
    std::map<std::uint32_t, LocalImage::Page> pages_;
    HotPack pack_;
};

} // namespace

Result<HotPack> make_hot_pack(const LocalImage& image, const Profile& profile, std::uint64_t limit)
{
    Builder builder(image, limit);
    std::size_t added = 0;
    while (added < profile.size()) {
        const auto fitted = builder.add(profile[added]);
        if (!fitted)
            return std::unexpected(fitted.error());
        if (!*fitted)
            break;
        ++added;
    }
    auto pack = builder.finish();
    pack.left_out = profile.size() - added;
    return pack;
}

Result<void> set_hot_pack(StoreWriter& writer, const LocalImage& image, const HotPack& pack)
{
    const auto& store = writer.store();
    const auto& name = image.manifest().ref().manifest;
    auto locator = image.locator_with(pack.list);
    if (!locator)
        return std::unexpected(std::move(locator.error()));
    if (!pack.list.rows.empty())
        if (auto done = writer.write(store.hot_pack(pack.list.pack.digest), as_bytes(pack.file)); !done)
            return done;
    return writer.write(store.locator(name), as_bytes(*locator));
}

} // namespace farboot::rootfs
