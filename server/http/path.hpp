#pragma once

#include "rootfs/base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace farboot::server::http
{

/// A request's target, taken apart and decoded.
struct Target {
    std::string path; ///< "/a/b" or "/a/": no "." or "..", no empty segments, no control characters
    std::vector<std::pair<std::string, std::string>> query;

    /// The first value of a query parameter.
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
    /// "/a/b/" -> {"a", "b", ""}: a folder's path has an empty last segment.
    [[nodiscard]] std::vector<std::string_view> segments() const;
};

/// Takes the origin form of RFC 9112 section 3.2.1. Nothing is repaired: what could mean another file than it says (dot
/// segments, encoded slashes, backslashes, NUL, bad escapes) is refused. Reason: target-malformed.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

} // namespace farboot::server::http
