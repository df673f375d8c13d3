#include "rootfs/cli/bucket_store.hpp"

#include "rootfs/image/wanted_chunks.hpp"

#include <algorithm>
#include <set>

namespace farboot::rootfs
{

namespace
{

constexpr auto retired_name = "retired.json";
constexpr std::uint64_t max_retired_bytes = 64 << 20;
/// Of an image of 2^48 bytes in chunks of 64 KiB; a disk of a terabyte has half a gigabyte.
constexpr std::uint64_t max_map_bytes = std::uint64_t{256} << 30;

std::optional<Digest> name_of(const S3Client::Object& object)
{
    return Digest::from_hex(object.path.substr(object.path.rfind('/') + 1));
}

} // namespace

Result<RetiredList> bucket_retired(const S3Client& client, const std::string& part, const std::stop_token& stop)
{
    const auto text = client.get(part + retired_name, max_retired_bytes, stop);
    if (!text)
        return std::unexpected(text.error());
    return *text ? RetiredList::parse(text->value()) : RetiredList();
}

Result<void> set_bucket_retired(const S3Client& client, const std::string& part, const RetiredList& list,
                                const std::stop_token& stop)
{
    auto json = list.to_json();
    const auto digest = sha256(as_bytes(json));
    return client.put(part + retired_name, {{}, std::move(json), digest}, "no-cache", stop);
}

BucketStore::BucketStore(const S3Client& client, std::filesystem::path scratch, std::string_view audience,
                         std::stop_token stop)
    : client_(client),
      scratch_(std::move(scratch)),
      part_(audience.empty() ? "" : restricted_path(audience) + "/"),
      stop_(std::move(stop))
{
}

Result<LocalImage> BucketStore::open(const Digest& image)
{
    for (const auto& path : {manifest_path(image), locator_path(image)}) {
        std::error_code error;
        std::filesystem::create_directories((scratch_ / path).parent_path(), error);
        if (auto done = client_.download(part_ + path, scratch_ / path, max_map_bytes, stop_); !done)
            return std::unexpected(std::move(done.error()));
    }
    const auto store = Store::open(scratch_);
    if (!store)
        return std::unexpected(store.error());
    auto opened = LocalImage::open(*store, image);
    // Open files stay readable: the next image finds the folder as empty as this one did.
    for (const auto& path : {manifest_path(image), locator_path(image)}) {
        std::error_code error;
        std::filesystem::remove(scratch_ / path, error);
    }
    return opened;
}

Result<std::vector<ImageRef>> BucketStore::images()
{
    const auto retired = bucket_retired(client_, part_, stop_);
    const auto located = client_.list(part_ + "v1/locators/", stop_);
    if (!retired || !located)
        return std::unexpected(retired ? located.error() : retired.error());
    std::vector<ImageRef> images;
    for (const auto& object : *located)
        if (const auto digest = name_of(object); digest && !retired->has_image(*digest)) {
            const auto image = open(*digest);
            if (!image)
                return std::unexpected(image.error());
            images.push_back(image->manifest().ref());
        }
    return images;
}

Result<void> BucketStore::verify_pack_of(const PackRef& pack, std::span<const PackIndex::Row> wanted)
{
    const auto file = scratch_ / "pack";
    const auto path = part_ + pack_path(pack.digest);
    if (auto done = client_.download(path, file, pack.bytes, stop_); !done)
        return done;
    const auto index = verify_pack(file, pack.digest);
    std::error_code error;
    std::filesystem::remove(file, error);
    if (!index)
        return fail(index.error().reason, "{}/{}: {}", client_.url(), path, index.error().sentence);
    for (const auto& row : wanted) {
        const auto found = std::ranges::lower_bound(index->rows, row.offset, {}, &PackIndex::Row::offset);
        if (found == index->rows.end() || *found != row)
            return fail("digest-mismatch",
                        "{}/{} has another chunk than {} where the image's locator says. Copy the "
                        "image there again.",
                        client_.url(), path, row.digest.hex());
    }
    return {};
}

Result<void> BucketStore::verify(const Digest& digest,
                                 const std::function<void(std::uint64_t, std::uint64_t)>& progress)
{
    const auto retired = bucket_retired(client_, part_, stop_);
    if (!retired)
        return std::unexpected(retired.error());
    if (retired->has_image(digest))
        return fail("not-found", "It was removed from {}. To have it there again, copy it there.", client_.url());
    const auto image = open(digest);
    if (!image)
        return std::unexpected(image.error());
    // All chunks, each once for each place that the image has it in.
    const auto wanted =
        find_chunks(*image, [](std::uint64_t, const ChunkRef&, const ChunkPlace&) -> Result<bool> { return true; });
    if (!wanted)
        return std::unexpected(wanted.error());
    const auto& hot = image->locator().hot();
    std::uint64_t total = hot.pack.bytes;
    std::uint64_t done = 0;
    for (const auto& pack : image->locator().packs())
        total += pack.bytes;
    for (const auto& [number, rows] : *wanted) {
        if (stop_.stop_requested())
            return fail("cancelled", "Checking was stopped.");
        const auto& pack = image->locator().packs()[number];
        if (auto good = verify_pack_of(pack, rows); !good)
            return good;
        progress(done += pack.bytes, total);
    }
    if (hot.rows.empty())
        return {};
    const auto file = scratch_ / "hot";
    const auto path = part_ + hot_pack_path(hot.pack.digest);
    if (auto good = client_.download(path, file, hot.pack.bytes, stop_); !good)
        return good;
    const auto found = digest_of_file(file);
    if (!found)
        return std::unexpected(found.error());
    if (*found != hot.pack.digest)
        return fail("digest-mismatch", "{}/{} was altered: its digest is {}.", client_.url(), path, found->hex());
    return {};
}

Result<bool> BucketStore::retire(const Digest& digest, std::int64_t now)
{
    const auto before = bucket_retired(client_, part_, stop_);
    if (!before)
        return std::unexpected(before.error());
    auto list = *before;
    for (const auto& path : {locator_path(digest), manifest_path(digest)}) {
        const auto size = client_.size_of(part_ + path, stop_);
        if (!size)
            return std::unexpected(size.error());
        if (*size)
            list.add(path, {size->value(), now});
    }
    if (list == *before)
        return false;
    if (auto done = set_bucket_retired(client_, part_, list, stop_); !done)
        return std::unexpected(std::move(done.error()));
    return true;
}

Result<bool> BucketStore::remove(const Digest& digest)
{
    bool was_there = false;
    for (const auto& path : {locator_path(digest), manifest_path(digest)}) {
        const auto size = client_.size_of(part_ + path, stop_);
        if (!size)
            return std::unexpected(size.error());
        was_there = was_there || size->has_value();
        if (auto done = client_.remove(part_ + path, stop_); !done)
            return std::unexpected(std::move(done.error()));
    }
    return was_there;
}

Result<BucketStore::Cleaned> BucketStore::clean(std::int64_t keep_seconds, std::int64_t now, bool dry_run)
{
    const auto before = bucket_retired(client_, part_, stop_);
    const auto objects = client_.list(part_ + "v1/", stop_);
    if (!before || !objects)
        return std::unexpected(before ? objects.error() : before.error());
    std::set<std::string> needed;
    for (const auto& object : *objects) {
        const auto path = object.path.substr(part_.size());
        const auto digest = name_of(object);
        if (!digest || path != locator_path(*digest)) {
            if (!digest || path.starts_with("v1/files/"))
                needed.insert(path); // not ours to judge
            continue;
        }
        if (before->has_image(*digest))
            continue;
        const auto image = open(*digest);
        if (!image)
            return fail(image.error().reason, "It is not known what the image {} needs, so nothing is deleted: {}",
                        digest->hex(), image.error().sentence);
        needed.insert({path, manifest_path(*digest)});
        for (const auto& pack : image->locator().packs())
            needed.insert(pack_path(pack.digest));
        if (!image->locator().hot().rows.empty())
            needed.insert(hot_pack_path(image->locator().hot().pack.digest));
    }

    Cleaned cleaned;
    RetiredList all;
    RetiredList left;
    for (const auto& object : *objects) {
        const auto path = object.path.substr(part_.size());
        if (needed.contains(path))
            continue;
        // What was uploaded since it was put on the list may be about to be needed.
        const auto known = before->entries().find(path);
        const auto waits = known != before->entries().end() && object.modified <= known->second.since;
        const RetiredList::Entry entry{object.bytes, waits ? known->second.since : now};
        all.add(path, entry);
        if (entry.since + keep_seconds > now) {
            cleaned.waiting.push_back({path, object.bytes, entry.since + keep_seconds});
            left.add(path, entry);
        } else {
            cleaned.deleted.push_back({path, object.bytes, 0});
        }
    }
    // Without its locator an image is none any more: nothing leads to what goes after it.
    std::ranges::stable_partition(cleaned.deleted,
                                  [](const auto& file) { return file.path.starts_with("v1/locators/"); });
    if (dry_run)
        return cleaned;
    // On the list first: an upload that begins now sends again what is about to go.
    if (all != *before)
        if (auto done = set_bucket_retired(client_, part_, all, stop_); !done)
            return std::unexpected(std::move(done.error()));
    for (const auto& file : cleaned.deleted)
        if (auto done = client_.remove(part_ + file.path, stop_); !done)
            return std::unexpected(std::move(done.error()));
    if (!cleaned.deleted.empty())
        if (auto done = set_bucket_retired(client_, part_, left, stop_); !done)
            return std::unexpected(std::move(done.error()));
    return cleaned;
}

} // namespace farboot::rootfs
