#pragma once

#include "rootfs/base/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::textmenu
{

/// A text in several languages, by their two-letter codes.
struct Texts {
    std::map<std::string, std::string> by_language;
    /// In that language, else in any.
    [[nodiscard]] std::string in(const std::string& language) const;
};

struct Entry {
    std::string record;
    Texts title;
    Texts description;
};

struct Transfer {
    std::uint64_t bytes = 0;
    std::uint64_t total = 0;
    std::uint64_t rate = 0;
};

/// Who the server takes this PC for.
struct Pc {
    std::uint64_t id = 0;
    std::string key_state; ///< "none", "waiting", "confirmed" or "other"
    std::string key_code;
};

/// How far somebody is who logs in with another device.
struct Login {
    std::string state; ///< "none", "code", "refused", "expired" or "failed"
    std::string code;
    std::string url; ///< where it is to be typed
    Texts sentence;  ///< of "failed"
};

/// What the agent has told (docs/agent-protocol.md). Strings are as they came: not fit for a terminal.
struct Model {
    bool greeted = false;
    std::string server;
    std::string language = "de";
    std::vector<Entry> entries;
    std::size_t preselected = 0; ///< the index of the menu's default, else of what boots by itself, else 0

    std::optional<Pc> pc;
    bool can_log_in = false; ///< at this PC
    std::string person;      ///< who has logged in; empty: nobody
    Login login;

    std::string state = "network";
    std::string record;
    std::string title;
    std::optional<Transfer> transfer;
    std::optional<int> seconds;
    std::string reason;
    Texts sentence;

    /// Takes one event line; events that are not known are passed over. Reasons: version (the agent speaks another
    /// one), event-malformed.
    [[nodiscard]] Result<void> apply(std::string_view line);
};

} // namespace farboot::textmenu
