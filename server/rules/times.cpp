#include "server/rules/times.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace farboot::rules
{

using namespace std::chrono;
using nlohmann::json;

namespace
{

constexpr std::array<std::string_view, 7> day_names{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/// `text` must have the digits where `form` has a "0", and its other characters; gives the digits' numbers.
template <std::size_t N>
std::optional<std::array<int, N>> numbers_of(std::string_view text, std::string_view form)
{
    if (text.size() != form.size())
        return std::nullopt;
    std::array<int, N> numbers{};
    std::size_t which = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '0') {
            if (text[i] != form[i])
                return std::nullopt;
            ++which;
        } else {
            if (text[i] < '0' || text[i] > '9')
                return std::nullopt;
            numbers[which] = numbers[which] * 10 + (text[i] - '0');
        }
    }
    return numbers;
}

std::optional<minutes> parse_clock(const json& value)
{
    if (!value.is_string())
        return std::nullopt;
    const auto parts = numbers_of<2>(value.get_ref<const std::string&>(), "00:00");
    if (!parts || (*parts)[1] > 59 || (*parts)[0] * 60 + (*parts)[1] > 24 * 60)
        return std::nullopt;
    return hours((*parts)[0]) + minutes((*parts)[1]);
}

std::optional<local_days> parse_date(std::string_view text)
{
    const auto parts = numbers_of<3>(text, "0000-00-00");
    if (!parts || (*parts)[0] < first_year || (*parts)[0] > last_year)
        return std::nullopt;
    const auto [y, m, d] = *parts;
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    if (!date.ok())
        return std::nullopt;
    return local_days(date);
}

std::optional<local_seconds> parse_moment(const json& value)
{
    if (!value.is_string())
        return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() != 16 || text[10] != 'T')
        return std::nullopt;
    const auto date = parse_date(std::string_view(text).substr(0, 10));
    const auto clock = parse_clock(text.substr(11));
    if (!date || !clock || *clock == hours(24))
        return std::nullopt;
    return *date + *clock;
}

std::string clock_text(minutes time)
{
    return fmt::format("{:02}:{:02}", time.count() / 60, time.count() % 60);
}

std::string date_text(local_days date)
{
    const year_month_day parts(date);
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(parts.year()), static_cast<unsigned>(parts.month()),
                       static_cast<unsigned>(parts.day()));
}

std::string moment_text(local_seconds moment)
{
    const auto date = floor<days>(moment);
    return fmt::format("{}T{}", date_text(date), clock_text(floor<minutes>(moment - date)));
}

Parsed<WeeklyWindow> parse_window(const json& value)
{
    const std::string form = "time.weekly must have windows such as "
                             "{\"days\": [\"mon\", \"fri\"], \"from\": \"08:00\", \"to\": \"18:00\"}.";
    if (!value.is_object() || unknown_member(value, "", {"days", "from", "to"}) || !value.contains("days") ||
        !value.contains("from") || !value.contains("to"))
        return wrong("time.weekly", form);
    WeeklyWindow window;
    const auto& names = value["days"];
    if (!names.is_array() || names.empty() || names.size() > day_names.size())
        return wrong("time.weekly", form);
    for (const auto& name : names) {
        const auto found = name.is_string()
                               ? std::ranges::find(day_names, std::string_view(name.get_ref<const std::string&>()))
                               : day_names.end();
        if (found == day_names.end())
            return wrong("time.weekly", fmt::format("The days of a week are {}.", fmt::join(day_names, ", ")));
        window.days = static_cast<std::uint8_t>(window.days | (1U << (found - day_names.begin())));
    }
    const auto from = parse_clock(value["from"]);
    const auto to = parse_clock(value["to"]);
    if (!from || !to || *from == hours(24))
        return wrong("time.weekly", "from and to must be times such as 08:00; to may be 24:00.");
    if (*from == *to)
        return wrong("time.weekly", "A window must not end when it begins: the whole day is 00:00 to 24:00.");
    window.from = *from;
    window.to = *to;
    return window;
}

Parsed<Period> parse_period(const json& value)
{
    if (!value.is_object() || unknown_member(value, "", {"from", "to"}) || !value.contains("from") ||
        !value.contains("to"))
        return wrong("time.once", "time.once must have periods such as "
                                  "{\"from\": \"2026-02-10T08:30\", \"to\": \"2026-02-10T12:00\"}.");
    const auto from = parse_moment(value["from"]);
    const auto to = parse_moment(value["to"]);
    if (!from || !to)
        return wrong("time.once", fmt::format("from and to must be moments such as 2026-02-10T08:30, from {} to {}.",
                                              first_year, last_year));
    if (*from >= *to)
        return wrong("time.once", "A period must end after it begins.");
    return Period{*from, *to};
}

Parsed<std::optional<local_days>> parse_bound(const json& dates, const std::string& name)
{
    const auto found = dates.find(name);
    if (found == dates.end() || found->is_null())
        return std::nullopt;
    const auto date = found->is_string() ? parse_date(found->get_ref<const std::string&>()) : std::nullopt;
    if (!date)
        return wrong("time.dates." + name, fmt::format("time.dates.{} must be null or a date such as 2026-03-01, from "
                                                       "{} to {}.",
                                                       name, first_year, last_year));
    return *date;
}

std::optional<FieldError> read_dates(const json& root, Times& into)
{
    const auto dates = root.find("dates");
    if (dates == root.end() || dates->is_null())
        return std::nullopt;
    if (!dates->is_object())
        return FieldError{"time.dates", "time.dates must be an object with from and to."};
    if (auto unknown = unknown_member(*dates, "time.dates.", {"from", "to"}))
        return unknown;
    const auto from = parse_bound(*dates, "from");
    const auto to = parse_bound(*dates, "to");
    if (!from || !to)
        return from ? to.error() : from.error();
    if (!*from && !*to)
        return FieldError{"time.dates", "time.dates needs from or to."};
    into.first_date = *from;
    into.last_date = *to;
    if (into.first_date && into.last_date && *into.first_date > *into.last_date)
        return FieldError{"time.dates", "time.dates.from must not be after time.dates.to."};
    return std::nullopt;
}

template <class Part, class Parse>
std::optional<FieldError> read_list(const json& root, const char* name, std::vector<Part>& into, Parse parse)
{
    const auto list = root.find(name);
    if (list == root.end())
        return std::nullopt;
    if (!list->is_array() || list->size() > max_windows)
        return FieldError{fmt::format("time.{}", name),
                          fmt::format("time.{} must be a list of at most {}.", name, max_windows)};
    for (const auto& each : *list) {
        const Parsed<Part> part = parse(each);
        if (!part)
            return part.error();
        into.push_back(*part);
    }
    return std::nullopt;
}

bool begins_on(const WeeklyWindow& window, local_days date)
{
    return window.days & (1U << (weekday(date).iso_encoding() - 1));
}

bool between(const Zone& clock, local_seconds from, local_seconds to, sys_seconds time)
{
    return clock.instant(from) <= time && time < clock.instant(to);
}

} // namespace

bool Times::holds(const Zone& clock, sys_seconds time) const
{
    if (std::ranges::any_of(once, [&](const Period& period) { return between(clock, period.from, period.to, time); }))
        return true;
    if (weekly.empty() && !first_date && !last_date)
        return false;
    const auto today = floor<days>(clock.local(time));
    const auto among_dates = [&](local_days date) {
        return (!first_date || date >= *first_date) && (!last_date || date <= *last_date);
    };
    if (weekly.empty())
        return among_dates(today);
    // A window may have begun yesterday; tomorrow's, where a clock put back at midnight shows today once more.
    for (const auto date : {today, today - days(1), today + days(1)}) {
        if (!among_dates(date))
            continue;
        for (const auto& window : weekly)
            if (begins_on(window, date) &&
                between(clock, date + window.from, date + window.to + days(window.to < window.from ? 1 : 0), time))
                return true;
    }
    return false;
}

Parsed<Times> Times::parse(const json& value)
{
    if (!value.is_object())
        return wrong("time", "time must be an object with a zone, and weekly, dates or once.");
    if (const auto unknown = unknown_member(value, "time.", {"zone", "weekly", "dates", "once"}))
        return std::unexpected(*unknown);
    Times times;
    const auto zone = value.find("zone");
    if (zone == value.end() || !zone->is_string() || !is_zone_name(zone->get_ref<const std::string&>()))
        return wrong("time.zone", "time.zone must name the time zone of these times, such as Europe/Berlin.");
    times.zone = zone->get<std::string>();
    for (auto error : {read_list(value, "weekly", times.weekly, parse_window), read_dates(value, times),
                       read_list(value, "once", times.once, parse_period)})
        if (error)
            return std::unexpected(std::move(*error));
    if (times.weekly.empty() && !times.first_date && !times.last_date && times.once.empty())
        return wrong("time", "time needs at least one of weekly, dates and once; a rule without time always holds.");
    return times;
}

json Times::to_json() const
{
    auto result = nlohmann::json{{"zone", zone}};
    for (const auto& window : weekly) {
        auto names = nlohmann::json::array();
        for (std::size_t i = 0; i < day_names.size(); ++i)
            if (window.days & (1U << i))
                names.push_back(day_names[i]);
        result["weekly"].push_back(
            {{"days", std::move(names)}, {"from", clock_text(window.from)}, {"to", clock_text(window.to)}});
    }
    if (first_date)
        result["dates"]["from"] = date_text(*first_date);
    if (last_date)
        result["dates"]["to"] = date_text(*last_date);
    for (const auto& period : once)
        result["once"].push_back({{"from", moment_text(period.from)}, {"to", moment_text(period.to)}});
    return result;
}

} // namespace farboot::rules
