#include "rootfs/nbd/source_locator.hpp"

namespace farboot::rootfs
{

namespace
{
/// What the first request asks for: header and tables of nearly every locator. One round trip less is worth more than
/// what it brings too much.
constexpr std::uint64_t first_bytes = 64 * 1024;
constexpr std::uint64_t most_parts = 5;
} // namespace

Result<std::shared_ptr<const std::string>> SourceLocator::beginning(StoreClient& store, const Patience& patience)
{
    return beginning_.get(0, patience, [&]() -> Result<std::shared_ptr<const std::string>> {
        const StoreClient::Order order{locator_path(manifest_),
                                       {0, first_bytes},
                                       bypass_caches(),
                                       true,
                                       StoreClient::parts_of(first_bytes, most_parts)};
        auto data = store.get(source_, order, patience);
        if (!data)
            return std::unexpected(std::move(data.error()));
        return std::make_shared<const std::string>(std::move(*data));
    });
}

void SourceLocator::begin(StoreClient& store, const Patience& patience)
{
    (void)beginning(store, patience);
}

Result<std::string> SourceLocator::part(StoreClient& store, FileRange range, const Patience& patience)
{
    const auto known = beginning(store, patience);
    if (!known)
        return std::unexpected(known.error());
    if (range.offset + range.length <= (*known)->size())
        return (*known)->substr(range.offset, range.length);
    return store.get(source_, {locator_path(manifest_), range, bypass_caches()}, patience);
}

Result<std::shared_ptr<const Locator>> SourceLocator::tables(StoreClient& store, const ManifestRoot& root,
                                                             const Patience& patience)
{
    return tables_.get(0, patience, [&]() -> Result<std::shared_ptr<const Locator>> {
        const auto fixed = part(store, {0, LocatorHeader::bytes}, patience);
        if (!fixed)
            return std::unexpected(fixed.error());
        const auto header = LocatorHeader::parse(as_bytes(*fixed), root);
        if (!header)
            return std::unexpected(header.error());
        const auto tables = part(store, header->tables_range(), patience);
        if (!tables)
            return std::unexpected(tables.error());
        auto locator = Locator::parse(*header, as_bytes(*tables), root);
        if (!locator)
            return std::unexpected(std::move(locator.error()));
        auto shared = std::make_shared<const Locator>(std::move(*locator));
        std::vector<std::string> files;
        for (const auto& pack : shared->packs())
            files.push_back(pack_path(pack.digest));
        if (!shared->hot().rows.empty())
            files.push_back(hot_pack_path(shared->hot().pack.digest));
        store.expect(source_, files);
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
        const auto data = part(store, (*locator)->page_range(page.number), patience);
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
    beginning_.clear();
    tables_.clear();
    pages_.clear();
}

bool SourceLocator::bypass_caches() const
{
    const std::scoped_lock lock(mutex_);
    return renewed_;
}

} // namespace farboot::rootfs
