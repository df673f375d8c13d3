#pragma once

#include "server/people/rights.hpp"

namespace farboot::people
{

inline constexpr std::size_t max_roles = 200;
/// The role of all rights, which is always there and cannot be changed.
inline constexpr std::int64_t all_rights_role = 1;

/// A named set of rights.
struct Role {
    std::int64_t id = 0;
    rules::Text name;
    RightSet rights;
    std::int64_t version = 0; ///< grows with each change

    bool operator==(const Role&) const = default;
    [[nodiscard]] std::string etag() const;
    /// Id and version stay 0: they are not the client's.
    [[nodiscard]] static Parsed<Role> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::people
