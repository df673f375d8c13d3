#include "rootfs/nbd/image_map.hpp"

#include "rootfs/nbd/source_error.hpp"

#include <thread>

namespace farboot::rootfs
{

namespace
{
/// Comes with the root: as a rule, whole pages, which the first reads want. A round trip less is worth more.
constexpr std::uint64_t page_bytes = 1024 * manifest_entry_bytes;
constexpr std::uint64_t pages_with_root = 4;
constexpr std::uint64_t most_page_parts = 3;

/// Who asks all sources has no more patience once that is done.
Patience one_round(Patience patience)
{
    patience.deadline = std::chrono::steady_clock::now();
    return patience;
}
} // namespace

ImageMap::ImageMap(const ImageRef& ref, SourceSet& sources, ChunkCache& cache, DiskCache* disk, StoreClient store,
                   Counters& counters)
    : ref_(ref), sources_(sources), cache_(cache), disk_(disk), store_(std::move(store)), counters_(counters)
{
    for (const auto& source : sources_.all())
        locators_.push_back(std::make_unique<SourceLocator>(source, ref_.manifest));
}

void ImageMap::begin(const Source& source, const Patience& patience)
{
    store_.expect(source, {manifest_path(ref_.manifest), locator_path(ref_.manifest)});
    const std::jthread other([&] { locators_[source.index]->begin(store_, patience); });
    (void)root(patience);
}

template <class Value, class Parse>
Result<std::shared_ptr<const Value>> ImageMap::get(const FileRange& range, const Digest& digest, bool ask,
                                                   const Patience& patience, Parse&& parse)
{
    if (const auto known = from_cache(digest, range.length, patience))
        if (Result<Value> parsed = parse(Bytes(*known)))
            return std::make_shared<const Value>(std::move(*parsed));
    if (const auto known = from_beginning(range))
        if (Result<Value> parsed = parse(as_bytes(*known))) {
            keep(digest, *known);
            return std::make_shared<const Value>(std::move(*parsed));
        }
    if (!ask)
        return fail("unreachable", "A part of the manifest {} is not here.", ref_.manifest.hex());
    std::mutex mutex; // two sources may be asked at the same time
    std::shared_ptr<const Value> value;
    std::optional<Error> refusal;
    const auto try_source = [&](const Source& source, bool bypass_caches,
                                const Patience& patience_now) -> Result<void> {
        const auto data = fetch(source, range, bypass_caches, patience_now);
        if (!data)
            return std::unexpected(data.error());
        Result<Value> parsed = parse(as_bytes(*data));
        if (!parsed)
            return std::unexpected(std::move(parsed.error()));
        keep(digest, *data);
        const std::scoped_lock lock(mutex);
        value = std::make_shared<const Value>(std::move(*parsed));
        return {};
    };
    const auto attempt = [&](const Source& source, Freshness freshness, const Patience& patience_now) {
        // A manifest never changes: a wrong one can only come from a cache or from a bad source.
        auto result = try_source(source, freshness != Freshness::usual, patience_now);
        if (!result && !is_gone(result.error())) {
            const std::scoped_lock lock(mutex);
            refusal = result.error();
        }
        return result;
    };
    auto good = sources_.until_good(attempt, counters_, patience);
    if (good)
        return value;
    if (refusal && good.error().reason != "cancelled") // says more than that another source is away
        return std::unexpected(std::move(*refusal));
    return std::unexpected(std::move(good.error()));
}

Result<std::string> ImageMap::fetch(const Source& source, const FileRange& range, bool bypass_caches,
                                    const Patience& patience)
{
    const auto path = manifest_path(ref_.manifest);
    if (range.offset > 0)
        return store_.get(source,
                          {path, range, bypass_caches, false, StoreClient::parts_of(range.length, most_page_parts)},
                          patience);
    const FileRange more{0, range.length + pages_with_root * page_bytes};
    auto data = store_.get(
        source,
        {path, more, bypass_caches, true, StoreClient::parts_of(more.length, pages_with_root * most_page_parts)},
        patience);
    if (!data)
        return data;
    auto root = data->substr(0, range.length);
    const std::scoped_lock lock(mutex_);
    beginning_ = std::move(*data);
    return root;
}

std::optional<std::string> ImageMap::from_beginning(const FileRange& range) const
{
    const std::scoped_lock lock(mutex_);
    if (range.offset + range.length > beginning_.size())
        return std::nullopt;
    return beginning_.substr(range.offset, range.length);
}

Result<std::shared_ptr<const ManifestRoot>> ImageMap::root(const Patience& patience)
{
    return root_.get(0, patience, [&] { return get_root(patience); });
}

Result<std::shared_ptr<const ManifestRoot>> ImageMap::get_root(const Patience& patience)
{
    return get<ManifestRoot>({0, ref_.root_bytes}, ref_.manifest, true, patience,
                             [&](Bytes data) { return ManifestRoot::parse(data, ref_); });
}

void ImageMap::keep_root(const Patience& patience)
{
    (void)get_root(one_round(patience));
}

Result<std::shared_ptr<const ManifestPage>> ImageMap::page(std::uint32_t number, const Patience& patience)
{
    return page(number, true, patience);
}

Result<std::shared_ptr<const ManifestPage>> ImageMap::page_now(std::uint32_t number, bool ask, const Patience& patience)
{
    return page(number, ask, one_round(patience));
}

Result<std::shared_ptr<const ManifestPage>> ImageMap::page(std::uint32_t number, bool ask, const Patience& patience)
{
    const auto image = root(patience);
    if (!image)
        return std::unexpected(image.error());
    return pages_.get(number, patience, [&]() -> Result<std::shared_ptr<const ManifestPage>> {
        return get<ManifestPage>((*image)->page_range(number), (*image)->page_digest(number), ask, patience,
                                 [&](Bytes data) { return (*image)->parse_page(data, number); });
    });
}

Chunk ImageMap::from_cache(const Digest& digest, std::uint64_t length, const Patience& patience)
{
    auto found = cache_.find(digest);
    if (found.flight)
        found.chunk = cache_.wait(found.flight, patience).value_or(nullptr);
    if (!found.chunk && disk_ != nullptr && length <= max_chunk_bytes)
        found.chunk = disk_->find(digest, static_cast<std::uint32_t>(length));
    return found.chunk;
}

void ImageMap::keep(const Digest& digest, std::string_view data)
{
    const auto bytes = as_bytes(data);
    if (disk_ != nullptr && bytes.size() <= max_chunk_bytes)
        disk_->put(digest, std::make_shared<const ChunkBytes>(bytes.begin(), bytes.end()));
}

Result<std::shared_ptr<const Locator>> ImageMap::locator(const Source& source, const Patience& patience)
{
    const auto image = root(patience);
    if (!image)
        return std::unexpected(image.error());
    return locators_[source.index]->tables(store_, **image, patience);
}

Result<std::shared_ptr<const Places>> ImageMap::places(const Source& source, const ManifestPage& page,
                                                       const Patience& patience)
{
    const auto image = root(patience);
    if (!image)
        return std::unexpected(image.error());
    return locators_[source.index]->places(store_, **image, page, patience);
}

void ImageMap::renew_locator(const Source& source, const std::shared_ptr<const Locator>& seen)
{
    locators_[source.index]->renew(seen);
}

} // namespace farboot::rootfs
