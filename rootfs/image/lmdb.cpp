#include "rootfs/image/lmdb.hpp"

#include <memory>
#include <utility>

namespace farboot::rootfs::lmdb
{

namespace
{

void check(int code)
{
    if (code != MDB_SUCCESS)
        throw Failure(code);
}

MDB_val value_of(std::string_view text)
{
    return {text.size(), const_cast<char*>(text.data())}; // LMDB takes keys and values without const, and leaves them
}

std::string_view text_of(const MDB_val& value)
{
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

struct CloseCursor {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
};

/// Calls `visit(cursor, key, value)` for all pairs.
template <class Visit>
void walk(MDB_txn* transaction, MDB_dbi table, Visit visit)
{
    MDB_cursor* raw = nullptr;
    check(mdb_cursor_open(transaction, table, &raw));
    const std::unique_ptr<MDB_cursor, CloseCursor> cursor(raw);
    MDB_val key{};
    MDB_val value{};
    int code = 0;
    while ((code = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) == MDB_SUCCESS)
        visit(raw, text_of(key), text_of(value));
    if (code != MDB_NOTFOUND)
        throw Failure(code);
}

} // namespace

Environment::Environment(const std::filesystem::path& file, std::size_t map_bytes, unsigned tables)
{
    check(mdb_env_create(&handle_));
    int code = mdb_env_set_mapsize(handle_, map_bytes);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(handle_, tables);
    // Keys are digests: what lies beside a page is not what is wanted next, and a file that is larger than the memory
    // would be read over and over, 128 KB for each row.
    if (code == MDB_SUCCESS)
        code = mdb_env_open(handle_, file.c_str(), MDB_NOSUBDIR | MDB_NORDAHEAD, 0644);
    if (code != MDB_SUCCESS) {
        mdb_env_close(handle_);
        throw Failure(code);
    }
}

Transaction::Transaction(const Environment& environment, Access access)
{
    check(mdb_txn_begin(environment.handle(), nullptr, access == Access::read ? MDB_RDONLY : 0, &handle_));
}

Transaction::~Transaction()
{
    if (handle_ != nullptr)
        mdb_txn_abort(handle_);
}

MDB_dbi Transaction::open_table(const char* name)
{
    MDB_dbi table = 0;
    check(mdb_dbi_open(handle_, name, MDB_CREATE, &table));
    return table;
}

std::optional<std::string_view> Transaction::find(MDB_dbi table, std::string_view key) const
{
    auto wanted = value_of(key);
    MDB_val value{};
    const int code = mdb_get(handle_, table, &wanted, &value);
    if (code == MDB_NOTFOUND)
        return std::nullopt;
    check(code);
    return text_of(value);
}

void Transaction::put(MDB_dbi table, std::string_view key, std::string_view value)
{
    auto wanted = value_of(key);
    auto data = value_of(value);
    check(mdb_put(handle_, table, &wanted, &data, 0));
}

void Transaction::for_each(MDB_dbi table,
                           const std::function<void(std::string_view key, std::string_view value)>& visit) const
{
    walk(handle_, table, [&](MDB_cursor*, std::string_view key, std::string_view value) { visit(key, value); });
}

void Transaction::remove_if(MDB_dbi table,
                            const std::function<bool(std::string_view key, std::string_view value)>& unwanted)
{
    walk(handle_, table, [&](MDB_cursor* cursor, std::string_view key, std::string_view value) {
        if (unwanted(key, value))
            check(mdb_cursor_del(cursor, 0));
    });
}

void Transaction::commit()
{
    check(mdb_txn_commit(std::exchange(handle_, nullptr)));
}

} // namespace farboot::rootfs::lmdb
