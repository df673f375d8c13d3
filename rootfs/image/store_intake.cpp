#include "rootfs/image/store_intake.hpp"

#include "rootfs/image/hot_pack.hpp"
#include "rootfs/image/locate_image.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <sys/stat.h>
#include <unordered_map>
#include <unordered_set>

namespace farboot::rootfs
{

namespace
{

/// Is what was received what its name says?
Result<void> check_name(const AtomicFile& file, const Digest& name)
{
    const auto digest = digest_of_file(file.path());
    if (!digest)
        return std::unexpected(digest.error());
    if (*digest != name)
        return fail("digest-mismatch",
                    "What was sent as {} has the digest {}: it was altered on the way. Send it again.", name.hex(),
                    digest->hex());
    return {};
}

/// Does the store have all packs that the image's locator leads to?
bool has_packs(const Store& store, const LocalImage& image)
{
    return std::ranges::all_of(image.locator().packs(), [&](const PackRef& pack) {
        std::error_code error;
        return std::filesystem::file_size(store.pack(pack.digest), error) == pack.bytes;
    });
}

/// The numbers of chunks with these digests, in the order of the digests. Others, such as those of manifest pages, are
/// left out.
Result<Profile> profile_of(const ManifestFile& manifest, std::span<const Digest> digests)
{
    constexpr auto unknown = static_cast<std::size_t>(-1);
    std::unordered_map<Digest, std::size_t, DigestHash> numbers;
    for (const auto& digest : digests)
        numbers.emplace(digest, unknown);
    std::size_t number = 0;
    const auto walked = manifest.walk([&](const ChunkRef& chunk) -> Result<void> {
        if (const auto found = numbers.find(chunk.digest); found != numbers.end() && found->second == unknown)
            found->second = number;
        ++number;
        return {};
    });
    if (!walked)
        return std::unexpected(walked.error());
    Profile profile;
    for (const auto& digest : digests) {
        auto& found = numbers[digest];
        if (found != unknown)
            profile.push_back(std::exchange(found, unknown));
    }
    return profile;
}

/// A manifest that is retired, as that of an image that was removed, is sent again: it must not go a few days later.
Result<ManifestFile> open_sent(const Store& store, const Digest& name)
{
    const auto retired = RetiredList::load(store);
    if (!retired)
        return std::unexpected(retired.error());
    if (retired->contains(manifest_path(name)))
        return fail("not-found", "The image {} was removed from the store: send its manifest again.", name.hex());
    return store.open_manifest(name);
}

/// Gives it its name; true if nothing had it before.
Result<bool> adopt(StoreWriter& writer, AtomicFile file, const std::filesystem::path& target)
{
    std::error_code error;
    const bool was_there = std::filesystem::exists(target, error);
    if (auto done = writer.adopt(std::move(file), target); !done)
        return std::unexpected(std::move(done.error()));
    return !was_there;
}

} // namespace

void StoreIntake::remove_left() const
{
    std::error_code error;
    const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
    for (const auto& left : std::filesystem::directory_iterator(incoming(), error))
        if (std::error_code gone;
            AtomicFile::is_left(left.path().filename().string()) && left.last_write_time(gone) < old && !gone)
            std::filesystem::remove(left.path(), gone);
}

Result<AtomicFile> StoreIntake::begin() const
{
    std::error_code error;
    std::filesystem::create_directories(incoming(), error);
    if (error)
        return fail(error == std::errc::no_space_on_device ? "disk-full" : "io", "Cannot create {}: {}.",
                    incoming().string(), error.message());
    return AtomicFile::create(incoming());
}

Result<bool> StoreIntake::take_pack(AtomicFile file, const Digest& name)
{
    if (auto good = check_name(file, name); !good)
        return std::unexpected(std::move(good.error()));
    auto received = File::open(file.path());
    if (!received)
        return std::unexpected(received.error());
    const auto bytes = received->size();
    if (!bytes)
        return std::unexpected(bytes.error());
    auto contents = check_pack(*received);
    if (!contents)
        return fail(contents.error().reason, "The pack {} is not taken: {}", name.hex(), contents.error().sentence);

    const std::lock_guard lock(mutex_);
    auto writer = StoreWriter::open(folder_);
    if (!writer)
        return std::unexpected(writer.error());
    // Before the pack is there: the index would check it a second time.
    auto index = ChunkIndex::open(writer->store());
    if (!index)
        return std::unexpected(index.error());
    auto is_new = adopt(*writer, std::move(file), writer->store().pack(name));
    if (is_new)
        if (auto done = index->add({{name, *bytes}, std::move(*contents)}); !done)
            return std::unexpected(std::move(done.error()));
    return is_new;
}

Result<bool> StoreIntake::take_manifest(AtomicFile file, const Digest& name)
{
    const auto manifest = ManifestFile::open(file.path(), name);
    if (!manifest)
        return fail(manifest.error().reason == "not-found" ? "io" : manifest.error().reason,
                    "The manifest {} is not taken: {}", name.hex(), manifest.error().sentence);
    if (auto good = manifest->verify(); !good)
        return fail(good.error().reason, "The manifest {} is not taken: {}", name.hex(), good.error().sentence);
    const std::lock_guard lock(mutex_);
    auto writer = StoreWriter::open(folder_);
    if (!writer)
        return std::unexpected(writer.error());
    return adopt(*writer, std::move(file), writer->store().manifest(name));
}

Result<bool> StoreIntake::take_file(AtomicFile file, const Digest& name)
{
    if (auto good = check_name(file, name); !good)
        return std::unexpected(std::move(good.error()));
    const std::lock_guard lock(mutex_);
    auto writer = StoreWriter::open(folder_);
    if (!writer)
        return std::unexpected(writer.error());
    return adopt(*writer, std::move(file), writer->store().file(name));
}

Result<std::uint64_t> StoreIntake::file_bytes(const Digest& name) const
{
    const auto store = Store::open(folder_);
    if (!store)
        return std::unexpected(store.error());
    // The list first: a file leaves it once it is deleted, or written again.
    const auto retired = RetiredList::load(*store);
    if (!retired)
        return std::unexpected(retired.error());
    const auto path = store->file(name);
    if (retired->contains(store->relative(path)))
        return fail("not-found", "The file {} is about to be deleted from the store: send it again.", name.hex());
    const auto file = File::open(path);
    if (!file && file.error().reason == "not-found")
        return fail("not-found", "The store does not have the file {}.", name.hex());
    return file ? file->size() : std::unexpected(file.error());
}

Result<Lacking> StoreIntake::lacking(const Digest& name, std::uint64_t from, std::size_t most)
{
    const auto store = Store::open(folder_);
    if (!store)
        return std::unexpected(store.error());
    const auto manifest = open_sent(*store, name);
    if (!manifest)
        return std::unexpected(manifest.error());
    Lacking result;
    result.chunk_count = manifest->root().chunk_count();
    if (const auto image = LocalImage::open(*store, name)) {
        result.hot_chunks = image->locator().hot().rows.size();
        result.hot_guessed = image->locator().hot().guessed;
        result.located = has_packs(*store, *image);
        if (result.located)
            return result;
    }
    const std::lock_guard lock(mutex_);
    const auto index = ChunkIndex::open(*store);
    if (!index)
        return std::unexpected(index.error());
    std::uint64_t number = 0;
    const auto walked = manifest->walk([&](const ChunkRef& chunk) -> Result<void> {
        const auto current = number++;
        if (current < from || result.next != 0 || chunk.is_zero())
            return {};
        const auto place = place_of(*index, *manifest, chunk);
        if (!place)
            return std::unexpected(place.error());
        if (*place)
            return {};
        auto& gaps = result.gaps;
        if (!gaps.empty() && gaps.back().first + gaps.back().second == current)
            ++gaps.back().second;
        else if (gaps.size() < most)
            gaps.emplace_back(current, 1);
        else
            result.next = current;
        return {};
    });
    if (!walked)
        return std::unexpected(walked.error());
    return result;
}

Result<void> StoreIntake::locate(const Digest& name, const SentHot& hot)
{
    const std::lock_guard lock(mutex_);
    auto writer = StoreWriter::open_existing(folder_);
    if (!writer)
        return std::unexpected(writer.error());
    const auto manifest = open_sent(writer->store(), name);
    if (!manifest)
        return std::unexpected(manifest.error());
    const auto index = ChunkIndex::open(writer->store());
    if (!index)
        return std::unexpected(index.error());
    const auto before = hot_list_of(writer->store(), name);
    if (auto done = locate_image(*writer, *index, *manifest, before); !done)
        return done;
    if (hot.chunks.empty() || (hot.guessed && !before.rows.empty() && !before.guessed))
        return {};
    auto order = hot.chunks;
    if (hot.guessed) { // of this start and another one
        order.clear();
        for (const auto& row : before.rows)
            order.push_back(row.digest);
        const std::unordered_set<Digest, DigestHash> known(order.begin(), order.end());
        if (std::ranges::all_of(hot.chunks, [&](const Digest& chunk) { return known.contains(chunk); }))
            return {};
        order.insert(order.end(), hot.chunks.begin(), hot.chunks.end());
    }
    const auto image = LocalImage::open(writer->store(), name);
    const auto profile = profile_of(*manifest, order);
    if (!image || !profile)
        return std::unexpected(image ? profile.error() : image.error());
    auto pack = make_hot_pack(*image, *profile, std::max(default_hot_pack_bytes, before.pack.bytes));
    if (!pack)
        return std::unexpected(pack.error());
    pack->list.guessed = hot.guessed;
    return set_hot_pack(*writer, *image, *pack);
}

} // namespace farboot::rootfs
