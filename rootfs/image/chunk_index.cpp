#include "rootfs/image/chunk_index.hpp"

#include "rootfs/image/lmdb.hpp"
#include "rootfs/image/parallel.hpp"
#include "rootfs/image/retired_list.hpp"

#include <algorithm>
#include <unordered_set>

namespace farboot::rootfs
{

namespace
{

/// Address space, not disk: LMDB's file grows as it fills. Room for some hundred million chunks.
constexpr std::size_t map_bytes = std::size_t{64} << 30;

/// Packs that are checked and added at once when the index is made anew.
constexpr std::size_t packs_a_step = 64;

std::string encode(const PackRef& pack, const PackIndex::Row& row)
{
    std::string value;
    append(value, pack.digest);
    append(value, pack.bytes);
    append(value, row.offset);
    append(value, row.stored_length);
    append(value, row.plain_length);
    return value;
}

std::string encode(std::uint64_t number)
{
    std::string value;
    append(value, number);
    return value;
}

std::string_view key_of(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

Error index_error(const lmdb::Failure& failure, const char* what)
{
    return {"index", fmt::format("Cannot {} the store's chunk index: {}. It may be deleted: it is made anew.", what,
                                 failure.what())};
}

} // namespace

struct ChunkIndex::Database {
    lmdb::Environment environment;
    MDB_dbi chunks = 0; ///< digest → place
    MDB_dbi packs = 0;  ///< digest → size

    explicit Database(const std::filesystem::path& file) : environment(file, map_bytes, 2)
    {
        lmdb::Transaction transaction(environment, lmdb::Access::write);
        chunks = transaction.open_table("chunks");
        packs = transaction.open_table("packs");
        transaction.commit();
    }
};

ChunkIndex::ChunkIndex(std::unique_ptr<Database> database) : database_(std::move(database)) {}
ChunkIndex::ChunkIndex(ChunkIndex&&) noexcept = default;
ChunkIndex::~ChunkIndex() = default;

Result<ChunkIndex> ChunkIndex::open(const Store& store, const ByteProgress& checking, const std::stop_token& stop)
{
    const auto file = store.folder() / "index.lmdb";
    const auto open_database = [&] { return ChunkIndex(std::make_unique<Database>(file)); };
    try {
        auto index = [&] {
            try {
                return open_database();
            } catch (const lmdb::Failure& failure) {
                if (!failure.is_damage())
                    throw;
                std::filesystem::remove(file);
                return open_database();
            }
        }();
        if (auto followed = index.follow(store, checking, stop); !followed)
            return std::unexpected(std::move(followed.error()));
        return index;
    } catch (const lmdb::Failure& failure) {
        return std::unexpected(index_error(failure, "open"));
    } catch (const std::filesystem::filesystem_error& error) {
        return fail("index", "Cannot remove the damaged chunk index {}: {}.", file.string(), error.code().message());
    }
}

Result<void> ChunkIndex::follow(const Store& store, const ByteProgress& checking, const std::stop_token& stop)
{
    const auto unknown = forget_others(store);
    if (!unknown)
        return std::unexpected(unknown.error());

    std::vector<PackRef> added;
    std::uint64_t total = 0;
    for (const auto& pack : *unknown) {
        std::error_code error;
        added.push_back({pack, std::filesystem::file_size(store.pack(pack), error)});
        total += added.back().bytes;
    }
    std::uint64_t done = 0;
    for (std::size_t begin = 0; begin < added.size(); begin += packs_a_step) {
        if (stop.stop_requested())
            return fail("cancelled", "Checking the packs of {} was stopped. It goes on where it was.",
                        store.folder().string());
        const auto step = std::span(added).subspan(begin, std::min(packs_a_step, added.size() - begin));
        std::vector<Result<PackIndex>> checked(step.size());
        parallel_for(worker_count(), step.size(), [&](unsigned, std::size_t i) {
            checked[i] = verify_pack(store.pack(step[i].digest), step[i].digest);
        });
        std::vector<Pack> good;
        for (std::size_t i = 0; i < step.size(); ++i) {
            done += step[i].bytes;
            if (checked[i])
                good.push_back({step[i], std::move(*checked[i])});
            else
                damaged_.push_back(std::move(checked[i].error()));
        }
        if (auto stored = add(good); !stored)
            return stored;
        if (checking)
            checking(done, total);
    }
    return {};
}

Result<std::vector<Digest>> ChunkIndex::forget_others(const Store& store)
{
    lmdb::Transaction transaction(database_->environment, lmdb::Access::write);
    // Only now: who adds a pack names it, and takes it off the list, before its rows are in the index. A pack whose
    // rows are seen from here on is so among those that are seen, too, and is not forgotten when another program adds
    // it.
    const auto retired = RetiredList::load(store);
    if (!retired)
        return std::unexpected(retired.error());
    auto usable = store.packs();
    std::erase_if(usable, [&](const Digest& pack) { return retired->contains(pack_path(pack)); });

    std::unordered_set<Digest, DigestHash> known;
    std::unordered_set<Digest, DigestHash> gone;
    transaction.for_each(database_->packs, [&](std::string_view key, std::string_view value) {
        const auto pack = load_digest(as_bytes(key), 0);
        std::error_code error;
        const bool is_same =
            std::ranges::binary_search(usable, pack) &&
            std::filesystem::file_size(store.pack(pack), error) == load<std::uint64_t>(as_bytes(value), 0);
        (is_same ? known : gone).insert(pack);
    });
    if (!gone.empty()) {
        const auto is_gone = [&](std::string_view digest) { return gone.contains(load_digest(as_bytes(digest), 0)); };
        transaction.remove_if(database_->chunks,
                              [&](std::string_view, std::string_view value) { return is_gone(value); });
        transaction.remove_if(database_->packs, [&](std::string_view key, std::string_view) { return is_gone(key); });
        transaction.commit();
    }
    std::erase_if(usable, [&](const Digest& pack) { return known.contains(pack); });
    return usable;
}

Result<std::optional<ChunkIndex::Place>> ChunkIndex::find(const Digest& chunk) const
{
    try {
        const lmdb::Transaction transaction(database_->environment, lmdb::Access::read);
        const auto value = transaction.find(database_->chunks, key_of(chunk));
        if (!value)
            return std::nullopt;
        const auto data = as_bytes(*value);
        return Place{{load_digest(data, 0), load<std::uint64_t>(data, 32)},
                     load<std::uint64_t>(data, 40),
                     load<std::uint32_t>(data, 48),
                     load<std::uint32_t>(data, 52)};
    } catch (const lmdb::Failure& failure) {
        return std::unexpected(index_error(failure, "read"));
    }
}

Result<void> ChunkIndex::add(std::span<const Pack> packs)
{
    try {
        std::vector<std::pair<const PackIndex::Row*, const PackRef*>> rows;
        for (const auto& pack : packs)
            for (const auto& row : pack.index.rows)
                rows.emplace_back(&row, &pack.ref);
        // In the order of the tree, so that each of its pages is read, and written, once.
        std::ranges::stable_sort(rows, {}, [](const auto& row) { return row.first->digest; });
        lmdb::Transaction transaction(database_->environment, lmdb::Access::write);
        for (const auto& [row, pack] : rows)
            transaction.put(database_->chunks, key_of(row->digest), encode(*pack, *row));
        for (const auto& pack : packs)
            transaction.put(database_->packs, key_of(pack.ref.digest), encode(pack.ref.bytes));
        transaction.commit();
        return {};
    } catch (const lmdb::Failure& failure) {
        return std::unexpected(index_error(failure, "write"));
    }
}

} // namespace farboot::rootfs
