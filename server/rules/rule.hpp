#pragma once

#include "server/rules/fields.hpp"
#include "server/rules/times.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rules
{

inline constexpr std::size_t max_rules = 10'000;
inline constexpr std::size_t max_rule_entries = 1000; ///< of each list
inline constexpr std::size_t max_rule_classes = 50;
inline constexpr std::size_t max_rule_people = 500; ///< users, and groups
inline constexpr std::size_t max_person = 128;      ///< characters of a user's or group's name
inline constexpr int max_auto_seconds = 3600;

/// What boots by itself.
struct Automatic {
    std::optional<std::int64_t> entry; ///< nothing: nothing boots by itself
    int seconds = 0;
    bool operator==(const Automatic&) const = default;
};

/// Where all conditions hold, the effects are had (docs/rules.md). An empty condition always holds; of a list, one is
/// enough.
struct Rule {
    std::int64_t id = 0;
    Text name;
    bool enabled = true;
    bool exam = false; ///< goes before all rules that are none

    std::optional<std::int64_t> location; ///< and all below it
    std::vector<std::int64_t> hardware;   ///< classes
    std::vector<std::string> users;
    std::vector<std::string> groups;
    std::optional<Times> time;

    std::optional<std::vector<std::int64_t>> only; ///< these are shown, all others are hidden
    std::vector<std::int64_t> show;
    std::vector<std::int64_t> hide;
    std::optional<std::int64_t> preselect; ///< "default"
    std::optional<Automatic> automatic;    ///< "auto"

    std::int64_t position = 0; ///< 1 … in the order of rules
    std::int64_t version = 0;

    bool operator==(const Rule&) const = default;
    [[nodiscard]] std::string etag() const;
    /// All entries that it names, each once.
    [[nodiscard]] std::vector<std::int64_t> entries() const;
    /// Id, position and version stay 0: they are not the client's.
    [[nodiscard]] static Parsed<Rule> parse(std::string_view json);
    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::rules
