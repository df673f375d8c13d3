#pragma once

#include "server/catalog/connection.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace farboot::catalog
{

/// Whose an upload is: a user, or a token of the server's own, which has a name only.
struct UploadOwner {
    std::int64_t person = 0; ///< 0: such a token
    std::string name;
    [[nodiscard]] bool is(const UploadOwner& other) const
    {
        return person == other.person && (person != 0 || name == other.name);
    }
};

enum class UploadState {
    open,     ///< more is to come
    checking, ///< all has come, and its digest is being made
    complete, ///< it can be read
    refused   ///< it is not what its sender said; there is no file any more
};
/// "open", "checking", "complete", "refused"
[[nodiscard]] std::string_view name_of(UploadState state);

/// A file that somebody sends by tus. The file itself lies in a folder.
struct Upload {
    std::int64_t id = 0;
    UploadOwner owner;
    std::string name;
    std::string metadata;       ///< as the client sent it
    std::uint64_t bytes = 0;    ///< of the whole
    std::uint64_t received = 0; ///< and on the disk for good
    UploadState state = UploadState::open;
    std::string sha256;   ///< what the sender says that it is, or what it has been found to be; empty: not known yet
    std::string sentence; ///< why it was refused
    std::chrono::sys_seconds made{};
    std::chrono::sys_seconds changed{};

    [[nodiscard]] static Upload read(const QSqlQuery& row);
    /// Does it go by itself, after some days without a change?
    [[nodiscard]] bool expires() const { return state == UploadState::open || state == UploadState::refused; }
    /// `life`: of what expires.
    [[nodiscard]] nlohmann::json to_json(std::chrono::days life) const;
};

} // namespace farboot::catalog
