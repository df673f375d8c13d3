#pragma once

#include <filesystem>
#include <functional>
#include <lmdb.h>
#include <optional>
#include <stdexcept>
#include <string_view>

/// LMDB's C interface with destructors and exceptions; nothing more.
namespace farboot::rootfs::lmdb
{

class Failure : public std::runtime_error
{
public:
    explicit Failure(int code) : std::runtime_error(mdb_strerror(code)), code_(code) {}
    /// The file is not (or no longer) a database of this LMDB.
    [[nodiscard]] bool is_damage() const
    {
        return code_ == MDB_INVALID || code_ == MDB_CORRUPTED || code_ == MDB_VERSION_MISMATCH ||
               code_ == MDB_PAGE_NOTFOUND;
    }

private:
    int code_;
};

/// A database in one file, with its lock file beside it.
class Environment
{
public:
    /// `map_bytes` of address space are the most that it can grow to.
    Environment(const std::filesystem::path& file, std::size_t map_bytes, unsigned tables);
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { mdb_env_close(handle_); }
    [[nodiscard]] MDB_env* handle() const { return handle_; }

private:
    MDB_env* handle_ = nullptr;
};

enum class Access { read, write };

/// Ends without effect unless commit() is called. One at a time in a thread.
class Transaction
{
public:
    Transaction(const Environment& environment, Access access);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Makes the table where there is none; write access only.
    [[nodiscard]] MDB_dbi open_table(const char* name);
    /// Valid until the transaction ends.
    [[nodiscard]] std::optional<std::string_view> find(MDB_dbi table, std::string_view key) const;
    /// Replaces the value that the key has already.
    void put(MDB_dbi table, std::string_view key, std::string_view value);
    /// In the keys' order.
    void for_each(MDB_dbi table, const std::function<void(std::string_view key, std::string_view value)>& visit) const;
    void remove_if(MDB_dbi table, const std::function<bool(std::string_view key, std::string_view value)>& unwanted);
    void commit();

private:
    MDB_txn* handle_ = nullptr;
};

} // namespace farboot::rootfs::lmdb
