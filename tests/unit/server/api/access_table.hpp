#pragma once

#include "server/people/right.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace farboot::test
{

enum class Access {
    open,       ///< whoever asks; what is not for everybody is the handler's own matter, and tested by itself
    login,      ///< about oneself
    everything, ///< the right for everything
    somewhere,  ///< the right for what it is about
};

/// A route, and a request to it that somebody with all rights gets through.
struct Row {
    std::string route; ///< "GET /api/v1/rules/{id}"
    Access access;
    std::optional<people::Right> right{};
    std::string target{};
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{}; ///< names in lower case
    /// What it says to somebody who has the right (or rights) for another place or thing only.
    std::string elsewhere = "403 right-missing";
};

inline const std::string rule = R"({"name": {"en": "Rule"}, "location": 1, "auto": {"id": null}})";
inline const std::string hardware = R"({"name": {"en": "Big"}, "memory_mib": {"min": 1000}})";
inline const std::string entry = R"({"kind": "system", "record": "boot/debian", "title": {"en": "Debian"}})";
inline const std::string wake_here = R"({"action": "wake", "location": 1})";

/// Every route of the server. A new one must be put here, with who may use it.
[[nodiscard]] std::vector<Row> access_table();

} // namespace farboot::test
