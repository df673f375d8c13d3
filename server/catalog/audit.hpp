#pragma once

#include "server/catalog/connection.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who changed what, when, from what to what. A change and its row are written in one transaction: there is none
/// without the other.
namespace farboot::catalog
{

/// Who changes something.
struct Author {
    std::string user;    ///< empty: a token of the server's own, or its command line
    std::string token;   ///< the token's name; empty: a session
    std::string address; ///< of the client; empty: the server's command line
    std::chrono::sys_seconds at{};
};

struct AuditRow {
    std::int64_t id = 0; ///< grows with time
    Author author{};
    std::string action; ///< create, change, remove, order, publish, …
    std::string object; ///< "rule:5"
    std::string before; ///< JSON; "null": there was nothing
    std::string after;
    [[nodiscard]] nlohmann::json to_json() const;
};

/// In the write transaction of the change itself. Secrets are no part of `before` and `after`.
void log_change(Connection& connection, const Author& author, std::string_view action, std::string_view object,
                const nlohmann::json& before, const nlohmann::json& after);

struct AuditFilter {
    std::string object{}; ///< "rule:5", or "rule:" for all rules; empty: all
    std::string user{};   ///< empty: all
    std::optional<std::chrono::sys_seconds> from{};
    std::optional<std::chrono::sys_seconds> until{};
    std::optional<std::int64_t> before{}; ///< rows with smaller ids: the cursor
    std::size_t limit = 100;
};

/// Newest first.
[[nodiscard]] std::vector<AuditRow> list_audit(Connection& connection, const AuditFilter& filter);
/// At most this much of the log's oldest part goes at a time: a clock that is years ahead must not empty it.
inline constexpr std::chrono::days most_trimmed{30};
/// Removes what is older.
void trim_audit(Connection& connection, std::chrono::sys_seconds older_than);

} // namespace farboot::catalog
