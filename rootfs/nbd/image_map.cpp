#include "rootfs/nbd/image_map.hpp"

#include <mutex>
#include <thread>

namespace farboot::rootfs
{

ImageMap::ImageMap(const ImageRef& ref, SourceSet& sources, ChunkCache& cache, StoreClient store, Counters& counters)
    : ref_(ref), sources_(sources), cache_(cache), store_(store), counters_(counters)
{
    for (const auto& source : sources_.all())
        locators_.push_back(std::make_unique<SourceLocator>(source, ref_.manifest));
}

void ImageMap::begin(const Source& source, StoreClient& early, const Patience& patience)
{
    const std::jthread other([&] { locators_[source.index]->begin(early, patience); });
    (void)root(patience);
}

template <class Value, class Parse>
Result<std::shared_ptr<const Value>> ImageMap::get(const FileRange& range, const Patience& patience, Parse&& parse)
{
    std::mutex mutex; // two sources may be asked at the same time
    std::shared_ptr<const Value> value;
    const auto attempt = [&](const Source& source, Freshness freshness, const Patience& patience_now) -> Result<void> {
        // A manifest never changes: a wrong one can only come from a cache or from a bad source.
        const StoreClient::Order order{"v1/manifests/" + ref_.manifest.hex(), range, freshness != Freshness::usual};
        const auto data = store_.get(source, order, patience_now);
        if (!data)
            return std::unexpected(data.error());
        Result<Value> parsed = parse(as_bytes(*data));
        if (!parsed)
            return std::unexpected(std::move(parsed.error()));
        const std::scoped_lock lock(mutex);
        value = std::make_shared<const Value>(std::move(*parsed));
        return {};
    };
    if (auto good = sources_.until_good(attempt, counters_, patience); !good)
        return std::unexpected(std::move(good.error()));
    return value;
}

Result<std::shared_ptr<const ManifestRoot>> ImageMap::root(const Patience& patience)
{
    return root_.get(0, patience, [&] {
        return get<ManifestRoot>({0, ref_.root_bytes}, patience,
                                 [&](Bytes data) { return ManifestRoot::parse(data, ref_); });
    });
}

Result<std::shared_ptr<const ManifestPage>> ImageMap::page(std::uint32_t number, const Patience& patience)
{
    const auto image = root(patience);
    if (!image)
        return std::unexpected(image.error());
    return pages_.get(number, patience, [&]() -> Result<std::shared_ptr<const ManifestPage>> {
        if (auto page = page_from_cache(**image, number, patience))
            return page;
        return get<ManifestPage>((*image)->page_range(number), patience,
                                 [&](Bytes data) { return (*image)->parse_page(data, number); });
    });
}

std::shared_ptr<const ManifestPage> ImageMap::page_from_cache(const ManifestRoot& root, std::uint32_t number,
                                                              const Patience& patience)
{
    auto found = cache_.find(root.page_digest(number));
    if (found.flight)
        found.chunk = cache_.wait(found.flight, patience).value_or(nullptr);
    if (!found.chunk)
        return nullptr;
    auto page = root.parse_page(*found.chunk, number);
    return page ? std::make_shared<const ManifestPage>(std::move(*page)) : nullptr;
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
