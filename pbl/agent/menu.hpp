#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/record.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::agent
{

/// What boots by itself.
struct AutoBoot {
    rootfs::RecordName record; ///< or a tool (tools.hpp)
    std::string title;         ///< in the site's language
    int seconds = 0;           ///< of countdown
};

/// The server's menu for this PC (docs/http-api.md). It is not signed: nothing in it is trusted for more than its
/// looks, for where to ask, and for what to ask for.
struct Menu {
    nlohmann::json json; ///< as it came, for the faces
    std::size_t entries = 0;
    std::optional<AutoBoot> auto_boot;
    std::optional<rootfs::RecordName> gui;
    std::vector<std::string> sources; ///< base URLs of stores, at least one
    std::string tokens;               ///< where tokens for restricted images are given out; may be empty
    std::uint64_t policy = 0;         ///< number of the server's policy

    /// Reasons: menu-malformed, menu-version.
    [[nodiscard]] static Result<Menu> parse(std::string_view text, const std::string& language);
    [[nodiscard]] static Result<Menu> read(nlohmann::json json, const std::string& language);

    /// The sources.json of docs/records.md.
    [[nodiscard]] std::string sources_json() const;
};

/// An entry's title in a language, or in the other one.
[[nodiscard]] std::string entry_title(const nlohmann::json& entry, const std::string& language);

/// The longest menu that is taken: it has to fit into one message of the agent's protocol.
constexpr std::size_t max_menu_bytes = 63 << 10;

} // namespace farboot::agent
