#include "server/rules/why.hpp"

#include "server/rules/effective.hpp"

#include <fmt/chrono.h>

#include <cctype>
#include <ctime>

namespace farboot::rules
{

using nlohmann::json;

namespace
{

const char* name_of(Sign sign)
{
    switch (sign) {
    case Sign::uuid:
        return "uuid";
    case Sign::mac:
        return "mac";
    case Sign::dhcp:
        return "dhcp";
    case Sign::subnet:
        break;
    }
    return "subnet";
}

const char* name_of(Cause cause)
{
    switch (cause) {
    case Cause::unpublished:
        return "unpublished";
    case Cause::audience:
        return "audience";
    case Cause::rule_show:
        return "rule-show";
    case Cause::rule_hide:
        return "rule-hide";
    case Cause::rule_only:
        return "rule-only";
    case Cause::own:
        break;
    }
    return "own";
}

const char* name_of(Missing missing)
{
    switch (missing) {
    case Missing::enabled:
        return "enabled";
    case Missing::hardware:
        return "hardware";
    case Missing::user:
        return "user";
    case Missing::group:
        return "group";
    case Missing::zone:
        return "zone";
    case Missing::time:
        return "time";
    case Missing::nothing:
        break;
    }
    return "nothing";
}

/// "rule 7 “Exam” of location 3 “Room 12”"
std::string called(const Index& index, const Rule& rule)
{
    const auto* location = rule.location ? index.location(*rule.location) : nullptr;
    const auto what = fmt::format("{} {} \"{}\"", rule.exam ? "exam rule" : "rule", rule.id, rule.name.en);
    if (!location)
        return what + ", which is for all locations,";
    return fmt::format("{} of location {} \"{}\"", what, location->id, location->name.en);
}

std::string at_start(std::string text)
{
    text.front() = static_cast<char>(std::toupper(text.front()));
    return text;
}

json id_or_null(const auto* thing)
{
    return thing ? json(thing->id) : json(nullptr);
}

std::string passed_over_text(const Index& index, const Decision& decision, bool automatic)
{
    std::string text;
    for (const auto& each : decision.passed_over)
        if (each.automatic == automatic)
            text += fmt::format(" Passed over: {} names \"{}\", which is not shown.", called(index, *each.rule),
                                each.item->title.en);
    return text;
}

json match_json(const Match& match)
{
    json result{{"location", match.location->id}, {"depth", match.depth}, {"sign", name_of(match.sign)}};
    if (match.sign == Sign::subnet)
        result["prefix"] = match.prefix;
    return result;
}

} // namespace

std::string sentence(const Index& index, const Verdict& verdict)
{
    switch (verdict.cause) {
    case Cause::unpublished:
        return "Hidden: its record, or the version of it that the entry asks for, is not offered.";
    case Cause::audience:
        return fmt::format("Hidden: its image is for the audience {} alone, and the PC belongs to it neither by "
                           "its address nor, enrolled, by its location.",
                           verdict.item->audience);
    case Cause::rule_show:
        return fmt::format("Shown: {} shows it.", called(index, *verdict.rule));
    case Cause::rule_hide:
        return fmt::format("Hidden: {} hides it.", called(index, *verdict.rule));
    case Cause::rule_only:
        return verdict.shown ? fmt::format("Shown: it is one of those that {} allows.", called(index, *verdict.rule))
                             : fmt::format("Hidden: it is none of those that {} allows.", called(index, *verdict.rule));
    case Cause::own:
        break;
    }
    return verdict.shown ? "Shown: the entry is visible, and no rule says otherwise."
                         : "Hidden: the entry is not visible, and no rule says otherwise.";
}

std::string sentence(const Index& index, const Check& check)
{
    const auto name = at_start(called(index, *check.rule));
    const auto zone = check.rule->time ? check.rule->time->zone : std::string();
    switch (check.missing) {
    case Missing::enabled:
        return fmt::format("{} is switched off.", name);
    case Missing::hardware:
        return fmt::format("{} does not hold: the PC is of none of its hardware classes.", name);
    case Missing::user:
        return fmt::format("{} does not hold: the user is none of its users.", name);
    case Missing::group:
        return fmt::format("{} does not hold: the user is in none of its groups.", name);
    case Missing::zone:
        return fmt::format("{} does not hold: this server does not know the time zone {}. Update its tzdata.", name,
                           zone);
    case Missing::time:
        return fmt::format("{} does not hold at this time, on the clocks of {}.", name, zone);
    case Missing::nothing:
        break;
    }
    return fmt::format("{} holds.", name);
}

std::string place_sentence(const Decision& decision)
{
    if (decision.matches.empty())
        return "The PC is in no location: only rules for all locations can hold.";
    const auto& match = decision.matches.front();
    const auto sign = match.sign == Sign::uuid   ? std::string("its UUID")
                      : match.sign == Sign::mac  ? std::string("its network card")
                      : match.sign == Sign::dhcp ? std::string("what DHCP has told it")
                                                 : fmt::format("its address, in a subnet of length {}", match.prefix);
    return fmt::format("The PC is in location {} \"{}\" by {}{}.", match.location->id, match.location->name.en, sign,
                       decision.matches.size() > 1 ? "; other locations that know it are less deep, or less exact"
                                                   : "");
}

std::string automatic_sentence(const Index& index, const Decision& decision)
{
    const auto passed = passed_over_text(index, decision, true);
    if (decision.automatic && decision.automatic_rule)
        return fmt::format("\"{}\" boots by itself after {} seconds: {} says so.{}", decision.automatic->title.en,
                           decision.seconds, called(index, *decision.automatic_rule), passed);
    if (decision.automatic)
        return fmt::format("\"{}\" boots by itself after {} seconds: the entry says so, and no rule says otherwise.{}",
                           decision.automatic->title.en, decision.seconds, passed);
    if (decision.automatic_rule)
        return fmt::format("Nothing boots by itself: {} says so.{}", called(index, *decision.automatic_rule), passed);
    return "Nothing boots by itself: no rule and no entry that is shown says so." + passed;
}

std::string default_sentence(const Index& index, const Decision& decision)
{
    const auto passed = passed_over_text(index, decision, false);
    if (decision.preselect)
        return fmt::format("\"{}\" is the default: {} says so.{}", decision.preselect->title.en,
                           called(index, *decision.preselect_rule), passed);
    return "No rule names a default that is shown: it is what boots by itself, or else the first entry." + passed;
}

json explanation(const Index& index, const Question& question)
{
    const auto decision = index.decide(question);
    json result{{"time", time_text(question.time)}};
    json others = json::array();
    for (std::size_t i = 1; i < decision.matches.size(); ++i)
        others.push_back(match_json(decision.matches[i]));
    json path = json::array();
    for (const auto* location : decision.path)
        path.push_back({{"id", location->id}, {"name", text_json(location->name)}});
    result["place"] = {{"match", decision.matches.empty() ? json(nullptr) : match_json(decision.matches.front())},
                       {"others", std::move(others)},
                       {"path", std::move(path)},
                       {"sentence", place_sentence(decision)}};
    result["hardware"] = json::array();
    for (const auto* each : index.classes_of(question.pc.hardware))
        result["hardware"].push_back({{"id", each->id}, {"name", text_json(each->name)}});
    result["entries"] = json::array();
    for (const auto& verdict : decision.verdicts)
        result["entries"].push_back({{"id", verdict.item->id},
                                     {"title", text_json(verdict.item->title)},
                                     {"shown", verdict.shown},
                                     {"cause", name_of(verdict.cause)},
                                     {"rule", id_or_null(verdict.rule)},
                                     {"sentence", sentence(index, verdict)}});
    result["auto"] = {{"id", id_or_null(decision.automatic)},
                      {"seconds", decision.automatic ? json(decision.seconds) : json(nullptr)},
                      {"rule", id_or_null(decision.automatic_rule)},
                      {"sentence", automatic_sentence(index, decision)}};
    result["default"] = {{"id", id_or_null(decision.preselect)},
                         {"rule", id_or_null(decision.preselect_rule)},
                         {"sentence", default_sentence(index, decision)}};
    result["settings"] = json::array();
    for (const auto& setting : effective_settings(decision.path))
        result["settings"].push_back({{"name", setting.name},
                                      {"value", setting.value},
                                      {"location", {{"id", setting.from->id}, {"name", text_json(setting.from->name)}}},
                                      {"sentence", sentence(setting, decision.path)}});
    result["rules"] = json::array();
    for (const auto& check : index.checks(question))
        result["rules"].push_back(
            {{"id", check.rule->id},
             {"name", text_json(check.rule->name)},
             {"holds", check.missing == Missing::nothing},
             {"missing", check.missing == Missing::nothing ? json(nullptr) : json(name_of(check.missing))},
             {"sentence", sentence(index, check)}});
    return result;
}

std::string time_text(std::chrono::sys_seconds time)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::optional<std::chrono::sys_seconds> parse_time(std::string_view text)
{
    std::tm parts{};
    const std::string copy(text.substr(0, 32));
    const auto* end = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (!end || *end != '\0')
        return std::nullopt;
    const std::chrono::sys_seconds time(std::chrono::seconds(::timegm(&parts)));
    // strptime takes "1:2:3" and a 31st of February, too
    if (time_text(time) != text || parts.tm_year + 1900 < first_year || parts.tm_year + 1900 > last_year)
        return std::nullopt;
    return time;
}

} // namespace farboot::rules
