#include "rootfs/image/local_image.hpp"

#include "rootfs/image/locator_builder.hpp"
#include "rootfs/image/pack_index.hpp"
#include "rootfs/image/parallel.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace farboot::rootfs
{

namespace
{

/// Plain bytes in memory at once.
constexpr std::size_t batch_bytes = 16 * 1024 * 1024;

/// Packs that chunks are read from, opened when they are first needed.
class OpenPacks
{
public:
    OpenPacks(const Store& store, const Locator& locator) : store_(store), locator_(locator) {}

    Result<const File*> get(std::uint32_t number)
    {
        if (const auto found = files_.find(number); found != files_.end())
            return &found->second;
        if (files_.size() == max_open)
            files_.clear();
        auto file = File::open(store_.pack(locator_.packs()[number].digest));
        if (!file)
            return std::unexpected(file.error());
        return &files_.emplace(number, std::move(*file)).first->second;
    }
    static constexpr std::size_t max_open = 256;

private:
    const Store& store_;
    const Locator& locator_;
    std::map<std::uint32_t, File> files_;
};

} // namespace

LocalImage::LocalImage(Store store, ManifestFile manifest, File locator_file, Locator locator)
    : store_(std::move(store)),
      manifest_(std::move(manifest)),
      locator_file_(std::move(locator_file)),
      locator_(std::move(locator))
{
}

Result<LocalImage> LocalImage::open(const Store& store, const Digest& digest)
{
    const auto retired = RetiredList::load(store);
    if (!retired)
        return std::unexpected(retired.error());
    return open(store, digest, *retired);
}

Result<LocalImage> LocalImage::open(const Store& store, const Digest& digest, const RetiredList& retired)
{
    if (retired.has_image(digest))
        return fail("not-found", "The image {} was removed from the store {}. Publish it again if it is needed.",
                    digest.hex(), store.folder().string());
    auto manifest = store.open_manifest(digest);
    if (!manifest)
        return std::unexpected(manifest.error());
    auto locator_file = File::open(store.locator(digest));
    if (!locator_file)
        return locator_file.error().reason == "not-found"
                   ? fail("not-found",
                          "The image {} has no locator: its publishing or its removal was interrupted. Repeat that.",
                          digest.hex())
                   : std::unexpected(locator_file.error());
    const auto fixed = locator_file->read(0, LocatorHeader::bytes);
    if (!fixed)
        return std::unexpected(fixed.error());
    const auto header = LocatorHeader::parse(as_bytes(*fixed), manifest->root());
    if (!header)
        return std::unexpected(header.error());
    const auto tables = locator_file->read(header->tables_range().offset, header->tables_range().length);
    if (!tables)
        return std::unexpected(tables.error());
    auto locator = Locator::parse(*header, as_bytes(*tables), manifest->root());
    if (!locator)
        return std::unexpected(locator.error());
    return LocalImage(store, std::move(*manifest), std::move(*locator_file), std::move(*locator));
}

Result<std::string> LocalImage::page_bytes(std::uint32_t number) const
{
    return manifest_.page_bytes(number);
}

Result<std::string> LocalImage::stored_bytes(const ChunkRef& chunk, const ChunkPlace& place) const
{
    const auto pack = File::open(store_.pack(locator_.packs()[place.pack].digest));
    if (!pack)
        return std::unexpected(pack.error());
    return read_checked(*pack, {chunk.digest, place.offset, place.stored_length, chunk.length});
}

Result<std::string> LocalImage::locator_with(const HotList& hot) const
{
    LocatorBuilder builder(manifest().page_entries());
    const auto walked = walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        if (chunk.is_zero())
            builder.add_zero();
        else
            builder.add(locator_.packs()[place.pack], place.offset, place.stored_length);
    });
    if (!walked)
        return std::unexpected(walked.error());
    builder.set_hot(hot);
    return builder.finish();
}

Result<LocalImage::Page> LocalImage::page(std::uint32_t number) const
{
    auto chunks = manifest_.page(number);
    if (!chunks)
        return std::unexpected(chunks.error());
    const auto place_range = locator_.page_range(number);
    const auto place_data = locator_file_.read(place_range.offset, place_range.length);
    if (!place_data)
        return std::unexpected(place_data.error());
    auto places = locator_.parse_page(as_bytes(*place_data), *chunks);
    if (!places)
        return std::unexpected(places.error());
    return Page{std::move(*chunks), std::move(*places)};
}

Result<void> LocalImage::walk(const VisitPlace& visit) const
{
    for (std::uint32_t number = 0; number < manifest().page_count(); ++number) {
        const auto loaded = page(number);
        if (!loaded)
            return std::unexpected(loaded.error());
        for (std::size_t i = 0; i < loaded->places.size(); ++i)
            visit(loaded->manifest.chunks[i], loaded->places[i]);
    }
    return {};
}

Result<LocalImage::Sizes> LocalImage::sizes() const
{
    Sizes sizes;
    sizes.packs = locator_.packs();
    std::unordered_set<Digest, DigestHash> seen;
    const auto walked = walk([&](const ChunkRef& chunk, const ChunkPlace& place) {
        if (chunk.is_zero()) {
            sizes.zero_bytes += chunk.length;
            return;
        }
        sizes.chunks += 1;
        if (!seen.insert(chunk.digest).second)
            return;
        sizes.unique_bytes += chunk.length;
        sizes.stored_bytes += place.stored_length;
    });
    if (!walked)
        return std::unexpected(walked.error());
    return sizes;
}

Result<void> LocalImage::read(const Visit& visit, unsigned workers, const std::stop_token& stop) const
{
    struct Item {
        std::vector<std::byte> plain;
        std::string stored;
        Result<void> result;
    };
    OpenPacks packs(store_, locator_);
    for (std::uint32_t number = 0; number < manifest().page_count(); ++number) {
        const auto loaded = page(number);
        if (!loaded)
            return std::unexpected(loaded.error());
        const auto& chunks = loaded->manifest.chunks;
        for (std::size_t begin = 0; begin < chunks.size();) {
            if (stop.stop_requested())
                return fail("cancelled", "Reading the image {} was stopped.", manifest().ref().manifest.hex());
            std::vector<Item> items;
            for (std::size_t bytes = 0; begin + items.size() < chunks.size() && bytes < batch_bytes;) {
                const auto& chunk = chunks[begin + items.size()];
                const auto& place = loaded->places[begin + items.size()];
                auto& item = items.emplace_back();
                if (chunk.is_zero())
                    continue;
                const auto pack = packs.get(place.pack);
                if (!pack)
                    return std::unexpected(pack.error());
                auto stored = (*pack)->read(place.offset, place.stored_length);
                if (!stored)
                    return std::unexpected(stored.error());
                item.stored = std::move(*stored);
                item.plain.resize(chunk.length);
                bytes += chunk.length;
            }
            parallel_for(workers, items.size(), [&](unsigned, std::size_t i) {
                if (!chunks[begin + i].is_zero())
                    items[i].result = decode_chunk(as_bytes(items[i].stored), chunks[begin + i].digest, items[i].plain);
            });
            for (std::size_t i = 0; i < items.size(); ++i) {
                if (const auto& result = items[i].result; !result)
                    return fail(result.error().reason, "In pack {}: {}",
                                locator_.packs()[loaded->places[begin + i].pack].digest.hex(), result.error().sentence);
                if (auto done = visit(chunks[begin + i], items[i].plain); !done)
                    return done;
            }
            begin += items.size();
        }
    }
    return {};
}

HotList hot_list_of(const Store& store, const Digest& manifest)
{
    const auto image = LocalImage::open(store, manifest);
    if (!image || image->locator().hot().rows.empty())
        return {};
    const auto& hot = image->locator().hot();
    std::error_code error;
    if (std::filesystem::file_size(store.hot_pack(hot.pack.digest), error) != hot.pack.bytes)
        return {};
    return hot;
}

} // namespace farboot::rootfs
