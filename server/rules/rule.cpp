#include "server/rules/rule.hpp"

#include "server/rules/location.hpp"

#include <algorithm>

namespace farboot::rules
{

using nlohmann::json;

namespace
{

bool has(const std::vector<std::int64_t>& ids, std::int64_t id)
{
    return std::ranges::find(ids, id) != ids.end();
}

std::optional<FieldError> read_conditions(const json& root, Rule& into)
{
    const auto location = parse_id(root, "location", "location");
    if (!location)
        return location.error();
    into.location = *location;
    auto hardware = parse_ids(root, "hardware", max_rule_classes);
    if (!hardware)
        return hardware.error();
    into.hardware = std::move(*hardware);
    for (auto [name, list] : {std::pair("users", &into.users), std::pair("groups", &into.groups)}) {
        auto words = parse_words(root, name, max_rule_people, max_person);
        if (!words)
            return words.error();
        *list = std::move(*words);
    }
    if (const auto time = root.find("time"); time != root.end() && !time->is_null()) {
        auto times = Times::parse(*time);
        if (!times)
            return times.error();
        into.time = std::move(*times);
    }
    return std::nullopt;
}

Parsed<std::optional<Automatic>> parse_automatic(const json& root)
{
    const auto found = root.find("auto");
    if (found == root.end() || found->is_null())
        return std::nullopt;
    if (!found->is_object())
        return wrong("auto", "auto must be null or {\"id\": 5, \"seconds\": 10}; with \"id\": null nothing boots by "
                             "itself.");
    if (const auto unknown = unknown_member(*found, "auto.", {"id", "seconds"}))
        return std::unexpected(*unknown);
    const auto id = parse_id(*found, "id", "auto.id");
    if (!id)
        return std::unexpected(id.error());
    Automatic automatic{*id, 0};
    if (!*id)
        return automatic;
    const auto seconds = found->find("seconds");
    if (seconds == found->end() || !seconds->is_number_unsigned() ||
        seconds->get<std::uint64_t>() > static_cast<std::uint64_t>(max_auto_seconds))
        return wrong("auto.seconds", fmt::format("auto.seconds must be a number from 0 to {}.", max_auto_seconds));
    automatic.seconds = seconds->get<int>();
    return automatic;
}

std::optional<FieldError> read_effects(const json& root, Rule& into)
{
    if (const auto only = root.find("only"); only != root.end() && !only->is_null()) {
        auto ids = parse_ids(root, "only", max_rule_entries);
        if (!ids)
            return ids.error();
        into.only = std::move(*ids);
    }
    for (auto [name, list] : {std::pair("show", &into.show), std::pair("hide", &into.hide)}) {
        auto ids = parse_ids(root, name, max_rule_entries);
        if (!ids)
            return ids.error();
        *list = std::move(*ids);
    }
    const auto preselect = parse_id(root, "default", "default");
    if (!preselect)
        return preselect.error();
    into.preselect = *preselect;
    const auto automatic = parse_automatic(root);
    if (!automatic)
        return automatic.error();
    into.automatic = *automatic;
    return std::nullopt;
}

/// The rule hides this entry itself.
bool never_shown(const Rule& rule, std::int64_t entry)
{
    return has(rule.hide, entry) || (rule.only && !has(*rule.only, entry));
}

std::optional<FieldError> contradiction(const Rule& rule)
{
    if (rule.only && (!rule.show.empty() || !rule.hide.empty()))
        return FieldError{"only", "A rule has either only, or show and hide: only decides all entries."};
    if (std::ranges::any_of(rule.show, [&](auto id) { return has(rule.hide, id); }))
        return FieldError{"hide", "A rule must not both show and hide an entry."};
    if (rule.preselect && never_shown(rule, *rule.preselect))
        return FieldError{"default", "The rule itself hides its default."};
    if (rule.automatic && rule.automatic->entry && never_shown(rule, *rule.automatic->entry))
        return FieldError{"auto.id", "The rule itself hides what it boots."};
    if (!rule.only && rule.show.empty() && rule.hide.empty() && !rule.preselect && !rule.automatic)
        return FieldError{"", "A rule needs an effect: at least one of only, show, hide, default and auto."};
    if (rule.exam && !rule.only)
        return FieldError{"only", "An exam needs only: the entries that may be used in it."};
    if (rule.exam && !rule.time)
        return FieldError{"time", "An exam needs time: when it is held."};
    return std::nullopt;
}

} // namespace

std::string Rule::etag() const
{
    return fmt::format("\"r{}-{}\"", id, version);
}

std::vector<std::int64_t> Rule::entries() const
{
    auto ids = only.value_or(std::vector<std::int64_t>());
    ids.insert(ids.end(), show.begin(), show.end());
    ids.insert(ids.end(), hide.begin(), hide.end());
    if (preselect)
        ids.push_back(*preselect);
    if (automatic && automatic->entry)
        ids.push_back(*automatic->entry);
    std::ranges::sort(ids);
    const auto twins = std::ranges::unique(ids);
    ids.erase(twins.begin(), twins.end());
    return ids;
}

Parsed<Rule> Rule::parse(std::string_view text)
{
    const auto root = parse_object(text, "rule",
                                   {"id", "etag", "position", "name", "enabled", "exam", "location", "hardware",
                                    "users", "groups", "time", "only", "show", "hide", "default", "auto"});
    if (!root)
        return std::unexpected(root.error());
    Rule rule;
    auto name = parse_text(*root, "name", max_name, true);
    if (!name)
        return std::unexpected(name.error());
    rule.name = std::move(*name);
    for (auto [member, into] : {std::pair("enabled", &rule.enabled), std::pair("exam", &rule.exam)}) {
        const auto flag = parse_flag(*root, member, *into);
        if (!flag)
            return std::unexpected(flag.error());
        *into = *flag;
    }
    if (auto error = read_conditions(*root, rule))
        return std::unexpected(std::move(*error));
    if (auto error = read_effects(*root, rule))
        return std::unexpected(std::move(*error));
    if (auto error = contradiction(rule))
        return std::unexpected(std::move(*error));
    return rule;
}

json Rule::to_json() const
{
    const auto or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(nullptr); };
    nlohmann::json boots = nullptr;
    if (automatic && automatic->entry)
        boots = {{"id", *automatic->entry}, {"seconds", automatic->seconds}};
    else if (automatic)
        boots = {{"id", nullptr}};
    return {{"id", id},
            {"position", position},
            {"name", text_json(name)},
            {"enabled", enabled},
            {"exam", exam},
            {"location", or_null(location)},
            {"hardware", hardware},
            {"users", users},
            {"groups", groups},
            {"time", time ? time->to_json() : nlohmann::json(nullptr)},
            {"only", or_null(only)},
            {"show", show},
            {"hide", hide},
            {"default", or_null(preselect)},
            {"auto", std::move(boots)}};
}

} // namespace farboot::rules
