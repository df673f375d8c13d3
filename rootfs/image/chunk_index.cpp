#include "rootfs/image/chunk_index.hpp"

#include "rootfs/image/lmdb.hpp"

#include <algorithm>
#include <set>

namespace farboot::rootfs
{

namespace
{

/// Address space, not disk: LMDB's file grows as it fills. Room for some hundred million chunks.
constexpr std::size_t map_bytes = std::size_t{64} << 30;

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

Result<ChunkIndex> ChunkIndex::open(const Store& store)
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
        if (auto followed = index.follow(store); !followed)
            return std::unexpected(std::move(followed.error()));
        return index;
    } catch (const lmdb::Failure& failure) {
        return std::unexpected(index_error(failure, "open"));
    } catch (const std::filesystem::filesystem_error& error) {
        return fail("index", "Cannot remove the damaged chunk index {}: {}.", file.string(), error.code().message());
    }
}

Result<void> ChunkIndex::follow(const Store& store)
{
    const auto known = forget_missing(store);
    const auto present = store.packs();
    std::vector<Digest> added;
    std::ranges::set_difference(present, known, std::back_inserter(added));
    for (const auto& pack : added) {
        const auto index = verify_pack(store.pack(pack), pack);
        if (!index) {
            damaged_.push_back(index.error());
            continue;
        }
        std::error_code error;
        if (auto done = add({pack, std::filesystem::file_size(store.pack(pack), error)}, *index); !done)
            return done;
    }
    return {};
}

std::vector<Digest> ChunkIndex::forget_missing(const Store& store)
{
    std::vector<Digest> known;
    std::set<Digest> gone;
    lmdb::Transaction transaction(database_->environment, lmdb::Access::write);
    transaction.for_each(database_->packs, [&](std::string_view key, std::string_view value) {
        const auto pack = load_digest(as_bytes(key), 0);
        std::error_code error;
        if (std::filesystem::file_size(store.pack(pack), error) == load<std::uint64_t>(as_bytes(value), 0))
            known.push_back(pack);
        else
            gone.insert(pack);
    });
    if (!gone.empty()) {
        const auto is_gone = [&](std::string_view digest) { return gone.contains(load_digest(as_bytes(digest), 0)); };
        transaction.remove_if(database_->chunks,
                              [&](std::string_view, std::string_view value) { return is_gone(value); });
        transaction.remove_if(database_->packs, [&](std::string_view key, std::string_view) { return is_gone(key); });
        transaction.commit();
    }
    return known;
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

Result<void> ChunkIndex::add(const PackRef& pack, const PackIndex& index)
{
    try {
        lmdb::Transaction transaction(database_->environment, lmdb::Access::write);
        for (const auto& row : index.rows)
            transaction.put_new(database_->chunks, key_of(row.digest), encode(pack, row));
        transaction.put_new(database_->packs, key_of(pack.digest), encode(pack.bytes));
        transaction.commit();
        return {};
    } catch (const lmdb::Failure& failure) {
        return std::unexpected(index_error(failure, "write"));
    }
}

} // namespace farboot::rootfs
