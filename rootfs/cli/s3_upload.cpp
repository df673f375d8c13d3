#include "rootfs/cli/s3_upload.hpp"

#include "rootfs/cli/bucket_store.hpp"
#include "rootfs/cli/progress.hpp"
#include "rootfs/cli/upload_tries.hpp"
#include "rootfs/image/file.hpp"
#include "rootfs/image/pack_index.hpp"

#include <algorithm>

namespace farboot::rootfs
{

S3Upload::S3Upload(const S3Client& client, Store from, std::string_view audience, std::stop_token stop)
    : client_(client),
      from_(std::move(from)),
      part_(audience.empty() ? "" : restricted_path(audience) + "/"),
      stop_(std::move(stop))
{
}

std::string S3Upload::immutable() const
{
    return part_.empty() ? "public, max-age=31536000, immutable" : "private, max-age=31536000, immutable";
}

Result<std::vector<S3Upload::Item>> S3Upload::lacking(const std::vector<Item>& items, const RetiredList& retired) const
{
    std::vector<char> lacks(items.size());
    auto asked = several_at_a_time(
        items.size(),
        [&](std::size_t number) -> Result<void> {
            lacks[number] = retired.contains(from_.relative(items[number].file));
            if (lacks[number] != 0)
                return {};
            return try_again(
                [&]() -> Result<void> {
                    const auto there = client_.size_of(path_of(items[number]), stop_);
                    if (!there)
                        return std::unexpected(there.error());
                    lacks[number] = *there != items[number].bytes;
                    return {};
                },
                stop_);
        },
        [] {});
    if (!asked)
        return std::unexpected(std::move(asked.error()));
    std::vector<Item> list;
    for (std::size_t number = 0; number < items.size(); ++number)
        if (lacks[number] != 0)
            list.push_back(items[number]);
    return list;
}

Result<void> S3Upload::send(const Item& item) const
{
    if (std::error_code error; std::filesystem::file_size(item.file, error) != item.bytes)
        return fail("not-found",
                    "{} is missing or has another length than the image's locator says. Publish the image again.",
                    item.file.string());
    return try_again(
        [&] { return client_.put(path_of(item), {item.file.string(), {}, item.digest}, immutable(), stop_); }, stop_);
}

Result<S3Upload::Totals> S3Upload::image(const Digest& digest)
{
    const auto image = LocalImage::open(from_, digest);
    if (!image)
        return std::unexpected(image.error());
    const auto& hot = image->locator().hot();
    // As it was opened: a cleaning up may write another one meanwhile.
    const auto locator = image->locator_with(hot);
    if (!locator)
        return std::unexpected(locator.error());
    // The first question is one whose answer says what is wrong, if something is.
    const auto locator_path = part_ + from_.relative(from_.locator(digest));
    const auto there = client_.get(locator_path, std::max<std::uint64_t>(locator->size(), 64 * 1024), stop_);
    if (!there && there.error().reason != "too-long")
        return std::unexpected(there.error());

    std::vector<Item> packs;
    for (const auto& pack : image->locator().packs())
        packs.push_back({from_.pack(pack.digest), pack.digest, pack.bytes});
    if (!hot.rows.empty())
        packs.push_back({from_.hot_pack(hot.pack.digest), hot.pack.digest, hot.pack.bytes});
    // What is about to be deleted there does not count as there.
    const auto retired = bucket_retired(client_, part_, stop_);
    if (!retired)
        return std::unexpected(retired.error());
    const auto to_send = lacking(packs, *retired);
    if (!to_send)
        return std::unexpected(to_send.error());
    Totals totals;
    for (const auto& pack : packs)
        totals.known_bytes += pack.bytes;
    for (const auto& pack : *to_send)
        totals.sent_bytes += pack.bytes;
    totals.known_bytes -= totals.sent_bytes;
    totals.packs = to_send->size();

    Progress progress("Uploading " + digest.hex().substr(0, 12));
    const auto before = client_.bytes_sent();
    auto sent = several_at_a_time(
        to_send->size(), [&](std::size_t number) { return send((*to_send)[number]); },
        [&] { progress.update(std::min(client_.bytes_sent() - before, totals.sent_bytes), totals.sent_bytes); });
    if (!sent)
        return std::unexpected(std::move(sent.error()));

    const auto manifest_file = from_.manifest(digest);
    const auto manifest_digest = digest_of_file(manifest_file);
    if (!manifest_digest)
        return std::unexpected(manifest_digest.error());
    const auto manifest = lacking({{manifest_file, *manifest_digest, image->manifest().file_bytes()}}, *retired);
    if (!manifest)
        return std::unexpected(manifest.error());
    for (const auto& item : *manifest)
        if (auto done = send(item); !done)
            return std::unexpected(std::move(done.error()));
    const bool removed = retired->has_image(digest);
    if (there && *there == *locator && !removed)
        return totals;
    auto located = try_again(
        [&] { return client_.put(locator_path, {{}, *locator, sha256(as_bytes(*locator))}, "no-cache", stop_); },
        stop_);
    if (located && removed) {                                   // all of it is there: now it is an image again
        const auto now = bucket_retired(client_, part_, stop_); // sending took its time
        if (!now)
            return std::unexpected(now.error());
        auto left = *now;
        for (const auto& pack : packs)
            left.remove(from_.relative(pack.file));
        left.remove(from_.relative(manifest_file));
        left.remove(from_.relative(from_.locator(digest)));
        located = try_again([&] { return set_bucket_retired(client_, part_, left, stop_); }, stop_);
    }
    if (!located)
        return std::unexpected(std::move(located.error()));
    return totals;
}

Result<std::uint64_t> S3Upload::file(const Digest& digest)
{
    Item item{from_.file(digest), digest, 0};
    const auto file = File::open(item.file);
    const auto bytes = file ? file->size() : std::unexpected(file.error());
    if (!bytes)
        return std::unexpected(bytes.error());
    item.bytes = *bytes;
    const auto to_send = lacking({item}, {});
    if (!to_send)
        return std::unexpected(to_send.error());
    if (to_send->empty())
        return 0;
    if (auto done = send(item); !done)
        return std::unexpected(std::move(done.error()));
    return item.bytes;
}

} // namespace farboot::rootfs
