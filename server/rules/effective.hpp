#pragma once

#include "server/rules/location.hpp"

#include <span>
#include <string>
#include <vector>

/// Settings of booted systems inherit down the tree of locations, each by itself: the closest location that has one
/// wins.
namespace farboot::rules
{

struct EffectiveSetting {
    std::string name;
    nlohmann::json value;
    const Location* from = nullptr; ///< whose it is
};

/// `path`: from the PC's location to the root, as Index::path_of() gives it. In the order of settings::Settings.
[[nodiscard]] std::vector<EffectiveSetting> effective_settings(std::span<const Location* const> path);

/// "home comes from location 4 "Building A", for all below it that say nothing else."
[[nodiscard]] std::string sentence(const EffectiveSetting& setting, std::span<const Location* const> path);

/// What a host name's pattern is filled in with.
struct PcNames {
    std::int64_t id = 0;
    std::string name{}; ///< that an admin gave it
    std::optional<Mac> mac{};
};

/// A host name of at most settings::Hostname::longest characters; what a placeholder stands for is made letters, digits
/// and dashes, and one that stands for nothing takes the PC's number.
[[nodiscard]] std::string host_name(const std::string& pattern, const PcNames& pc, const Location& place);

/// Stores that a PC asks before the server's own.
[[nodiscard]] std::vector<std::string> sources_of(std::span<const Location* const> path);

/// What a PC is handed (docs/settings.md): the effective settings but for its sources, the host name filled in.
[[nodiscard]] nlohmann::json handed_settings(std::span<const Location* const> path, const PcNames& pc);

} // namespace farboot::rules
