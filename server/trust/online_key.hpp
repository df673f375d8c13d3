#pragma once

#include "rootfs/record/key.hpp"
#include "rootfs/record/statement.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace farboot::server
{

/// The server's own signing key, trusted for statements alone: DATA/statement.key, and its public half in statement.pub
/// for "farboot policy new --statement".
class OnlineKey
{
public:
    /// Makes the key on first use. Reasons: SigningKey's, io.
    [[nodiscard]] static Result<OnlineKey> open(const std::filesystem::path& data);

    /// A statement's envelope as JSON. `nonce`: raw bytes.
    [[nodiscard]] std::string state(std::string nonce, std::chrono::sys_seconds now,
                                    std::vector<rootfs::Statement::Lowest> lowest, std::vector<Digest> revoked) const;

private:
    explicit OnlineKey(rootfs::SigningKey key) : key_(std::move(key)) {}
    rootfs::SigningKey key_;
};

} // namespace farboot::server
