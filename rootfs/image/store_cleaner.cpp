#include "rootfs/image/store_cleaner.hpp"

#include "rootfs/image/store_needs.hpp"
#include "rootfs/image/store_repacker.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::int64_t day_seconds = 24 * 60 * 60;
constexpr const char* files_folder = "v1/files/";
constexpr const char* locators_folder = "v1/locators/";

class StoreCleaner
{
public:
    StoreCleaner(StoreWriter& writer, const CleanOptions& options) : writer_(writer), options_(options) {}

    Result<CleanReport> run(const std::stop_token& stop);

private:
    [[nodiscard]] const Store& store() const { return writer_.store(); }
    [[nodiscard]] Result<StoreNeeds> find_all_needs(const std::stop_token& stop) const;
    [[nodiscard]] std::vector<Digest> sparse_packs(const StoreNeeds& needs) const;
    [[nodiscard]] Result<void> rewrite(const std::vector<Digest>& packs, const StoreNeeds& needs,
                                       const std::stop_token& stop);
    [[nodiscard]] Result<void> retire(const StoreNeeds& needs);
    void sort_out(const std::filesystem::path& file, bool needed, RetiredList& list);
    [[nodiscard]] Result<void> delete_old();

    StoreWriter& writer_;
    const CleanOptions& options_;
    RetiredList list_;
    CleanReport report_;
};

Result<CleanReport> StoreCleaner::run(const std::stop_token& stop)
{
    auto needs = find_all_needs(stop);
    if (!needs)
        return std::unexpected(needs.error());
    const auto sparse = sparse_packs(*needs);
    if (options_.dry_run) {
        for (const auto& pack : sparse) {
            report_.moved_bytes += needs->packs.at(pack).live_bytes();
            needs->packs.erase(pack);
        }
        report_.rewritten_packs = sparse.size();
    } else if (!sparse.empty()) {
        if (auto done = rewrite(sparse, *needs, stop); !done)
            return std::unexpected(std::move(done.error()));
        // What is deleted depends on the locators as they lie on the disk now, on nothing else.
        needs = find_needs(store(), stop);
        if (!needs)
            return std::unexpected(needs.error());
    }
    if (auto done = retire(*needs); !done)
        return std::unexpected(std::move(done.error()));
    if (auto done = delete_old(); !done)
        return std::unexpected(std::move(done.error()));
    return std::move(report_);
}

/// With records: an image that one of them names must be whole. Without its locator its packs would look needless.
Result<StoreNeeds> StoreCleaner::find_all_needs(const std::stop_token& stop) const
{
    auto needs = find_needs(store(), stop);
    if (!needs || !options_.records)
        return needs;
    for (const auto& [image, record] : options_.records->images) {
        if (writer_.retired().has_image(image) && std::filesystem::exists(store().locator(image)))
            return fail("image-needed",
                        "The image {} was removed, but {} names it. Publish it again, or retire or remove what names "
                        "it, before the store is cleaned up; or remove it for good (farboot image remove --now).",
                        image.hex(), record);
        if (!needs->images.contains(image) && std::filesystem::exists(store().manifest(image)))
            return fail("image-unreadable",
                        "The image {} has no locator, but {} names it. Publish it again, or remove it, before the "
                        "store is cleaned up.",
                        image.hex(), record);
    }
    return needs;
}

std::vector<Digest> StoreCleaner::sparse_packs(const StoreNeeds& needs) const
{
    const auto is_little = [&](std::uint64_t live, const PackUse& use) {
        return live * 100 < use.pack_bytes() * options_.live_percent;
    };
    std::vector<Digest> sparse;
    for (const auto& [pack, use] : needs.packs) {
        if (!is_little(use.live_bytes(), use))
            continue;
        // The rows of needed chunks count, too: in a pack of small chunks they are a good part.
        const auto index = read_pack_index(store().pack(pack));
        const auto rows = index ? use.rows_of(*index) : std::unexpected(index.error());
        const auto live = use.live_bytes() + pack_header_bytes + pack_trailer_bytes;
        if (!rows ||
            is_little(live + rows->size() * pack_row_bytes, use)) // what is wrong with it is told by emptying it
            sparse.push_back(pack);
    }
    std::ranges::sort(sparse); // the same new packs when it is done again
    return sparse;
}

Result<void> StoreCleaner::rewrite(const std::vector<Digest>& packs, const StoreNeeds& needs,
                                   const std::stop_token& stop)
{
    auto index = ChunkIndex::open(store(), options_.checking, stop);
    if (!index)
        return std::unexpected(index.error());
    auto totals = StoreRepacker(writer_, *index, needs, options_.workers).run(packs, options_.moving, stop);
    if (!totals)
        return std::unexpected(totals.error());
    report_.rewritten_packs = totals->packs;
    report_.moved_bytes = totals->moved_bytes;
    report_.new_packs = totals->new_packs;
    report_.rewritten_locators = totals->locators;
    report_.damaged.insert(report_.damaged.end(), index->damaged().begin(), index->damaged().end());
    report_.damaged.insert(report_.damaged.end(), totals->damaged.begin(), totals->damaged.end());
    return {};
}

Result<void> StoreCleaner::retire(const StoreNeeds& needs)
{
    RetiredList list;
    for (const auto& pack : store().packs())
        sort_out(store().pack(pack), needs.packs.contains(pack), list);
    for (const auto& pack : store().hot_packs())
        sort_out(store().hot_pack(pack), needs.hot_packs.contains(pack), list);
    for (const auto& image : store().locators()) // not needed are those of images that were removed
        sort_out(store().locator(image), needs.images.contains(image), list);
    for (const auto& manifest : store().manifests())
        sort_out(store().manifest(manifest), needs.images.contains(manifest), list);
    if (options_.records)
        for (const auto& file : store().files())
            sort_out(store().file(file), options_.records->files.contains(file), list);
    else // It is not known who needs them now.
        for (const auto& [file, entry] : writer_.retired().entries())
            if (file.starts_with(files_folder))
                list.add(file, entry);
    list_ = std::move(list);
    if (options_.dry_run || list_ == writer_.retired())
        return {};
    return writer_.set_retired(list_);
}

void StoreCleaner::sort_out(const std::filesystem::path& path, bool needed, RetiredList& list)
{
    const auto file = store().relative(path);
    const auto& before = writer_.retired().entries();
    const auto known = before.find(file);
    if (needed) {
        if (known != before.end())
            report_.used_again.push_back(file);
        return;
    }
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error)
        list.add(file, known != before.end() ? known->second : RetiredList::Entry{bytes, options_.now});
}

Result<void> StoreCleaner::delete_old()
{
    auto remaining = list_;
    // Locators first: none may be left that leads to what is gone.
    std::vector<std::pair<std::string, RetiredList::Entry>> ordered(list_.entries().begin(), list_.entries().end());
    std::ranges::stable_partition(ordered, [](const auto& item) { return item.first.starts_with(locators_folder); });
    for (const auto& [file, entry] : ordered) {
        const CleanReport::File item{file, entry.bytes, entry.since + options_.keep_days * day_seconds};
        if (item.until > options_.now || (file.starts_with(files_folder) && !options_.records)) {
            report_.waiting.push_back(item);
            continue;
        }
        if (!options_.dry_run)
            if (auto removed = writer_.remove(store().folder() / file); !removed)
                return std::unexpected(std::move(removed.error()));
        remaining.remove(file);
        report_.deleted.push_back(item);
    }
    if (options_.dry_run || remaining == list_)
        return {};
    return writer_.set_retired(std::move(remaining));
}

} // namespace

Result<CleanReport> clean_store(StoreWriter& writer, const CleanOptions& options, const std::stop_token& stop)
{
    return StoreCleaner(writer, options).run(stop);
}

} // namespace farboot::rootfs
