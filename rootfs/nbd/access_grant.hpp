#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// What a server answers to who asks for leave to read an audience's files (docs/restricted.md).
struct AccessGrant {
    std::string token;                          ///< for all files; or
    std::map<std::string, std::string> queries; ///< for each file its own, by path
    std::chrono::seconds life{};

    /// Nothing for anything that could not stand in a request.
    [[nodiscard]] static std::optional<AccessGrant> parse(std::string_view json);
};

} // namespace farboot::rootfs
