#include "rootfs/nbd/source_locator.hpp"

namespace farboot::rootfs
{

namespace
{

std::string path_of(const ManifestRoot& root)
{
    return "v1/locators/" + root.ref().manifest.hex();
}

} // namespace

Result<std::shared_ptr<const Locator>> SourceLocator::tables(StoreClient& store, const ManifestRoot& root,
                                                             const Patience& patience)
{
    return tables_.get(0, patience, [&]() -> Result<std::shared_ptr<const Locator>> {
        const auto bypass = bypass_caches();
        const auto fixed = store.get(source_, {path_of(root), {0, LocatorHeader::bytes}, bypass}, patience.stop);
        if (!fixed)
            return std::unexpected(fixed.error());
        const auto header = LocatorHeader::parse(as_bytes(*fixed), root);
        if (!header)
            return std::unexpected(header.error());
        const auto tables = store.get(source_, {path_of(root), header->tables_range(), bypass}, patience.stop);
        if (!tables)
            return std::unexpected(tables.error());
        auto locator = Locator::parse(*header, as_bytes(*tables), root);
        if (!locator)
            return std::unexpected(std::move(locator.error()));
        auto shared = std::make_shared<const Locator>(std::move(*locator));
        const std::scoped_lock lock(mutex_);
        newest_ = shared;
        return shared;
    });
}

Result<std::shared_ptr<const Places>> SourceLocator::places(StoreClient& store, const ManifestRoot& root,
                                                            const ManifestPage& page, const Patience& patience)
{
    return pages_.get(page.number, patience, [&]() -> Result<std::shared_ptr<const Places>> {
        const auto locator = tables(store, root, patience);
        if (!locator)
            return std::unexpected(locator.error());
        const auto data =
            store.get(source_, {path_of(root), (*locator)->page_range(page.number), bypass_caches()}, patience.stop);
        if (!data)
            return std::unexpected(data.error());
        auto places = (*locator)->parse_page(as_bytes(*data), page);
        if (!places)
            return std::unexpected(std::move(places.error()));
        return std::make_shared<const Places>(*locator, std::move(*places));
    });
}

void SourceLocator::renew(const std::shared_ptr<const Locator>& seen)
{
    {
        const std::scoped_lock lock(mutex_);
        if (seen && newest_ != seen)
            return;
        newest_.reset();
        renewed_ = true;
    }
    tables_.clear();
    pages_.clear();
}

bool SourceLocator::bypass_caches() const
{
    const std::scoped_lock lock(mutex_);
    return renewed_;
}

} // namespace farboot::rootfs
