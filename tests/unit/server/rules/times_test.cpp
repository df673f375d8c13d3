#include "tests/unit/server/rules/zones.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using namespace farboot::rules;
using nlohmann::json;
using test::utc;

namespace
{

Times times(const std::string& text)
{
    auto value = json::parse(text);
    if (!value.contains("zone"))
        value["zone"] = "Europe/Berlin";
    const auto parsed = Times::parse(value);
    if (!parsed)
        throw std::invalid_argument(parsed.error().sentence);
    return *parsed;
}

bool holds(const Times& rule, std::string_view time, const Zone& clock = test::berlin())
{
    return rule.holds(clock, utc(time));
}

std::string wrong_field(const std::string& text)
{
    const auto parsed = Times::parse(json::parse(text));
    return parsed ? "none" : parsed.error().field;
}

const char* const mornings = R"({"weekly": [{"days": ["mon", "fri"], "from": "08:00", "to": "12:00"}]})";

} // namespace

TEST(Zone, ClocksArePutForwardAndBack)
{
    const auto clock = test::berlin();
    const auto shown = [&](std::string_view time) {
        return time_text(std::chrono::sys_seconds(clock.local(utc(time)).time_since_epoch()));
    };
    EXPECT_EQ(shown("2026-01-01T12:00:00Z"), "2026-01-01T13:00:00Z");
    EXPECT_EQ(shown("2026-03-29T00:59:59Z"), "2026-03-29T01:59:59Z");
    EXPECT_EQ(shown("2026-03-29T01:00:00Z"), "2026-03-29T03:00:00Z");
    EXPECT_EQ(shown("2026-10-25T00:59:59Z"), "2026-10-25T02:59:59Z");
    EXPECT_EQ(shown("2026-10-25T01:00:00Z"), "2026-10-25T02:00:00Z");
    EXPECT_EQ(shown("2000-01-01T00:00:00Z"), "2000-01-01T01:00:00Z"); // before the first step
    EXPECT_EQ(Zone().local(utc("2026-07-01T00:00:00Z")).time_since_epoch(),
              utc("2026-07-01T00:00:00Z").time_since_epoch());
}

TEST(Zone, AMomentThatComesTwiceIsTheFirstAndOneThatNeverComesIsTheJump)
{
    const auto clock = test::berlin();
    const auto instant = [&](std::string_view local) {
        return time_text(clock.instant(std::chrono::local_seconds(utc(local).time_since_epoch())));
    };
    EXPECT_EQ(instant("2026-07-01T12:00:00Z"), "2026-07-01T10:00:00Z");
    EXPECT_EQ(instant("2026-10-25T02:30:00Z"), "2026-10-25T00:30:00Z");
    EXPECT_EQ(instant("2026-10-25T03:00:00Z"), "2026-10-25T02:00:00Z");
    EXPECT_EQ(instant("2026-03-29T02:30:00Z"), "2026-03-29T01:00:00Z");
    EXPECT_EQ(instant("2026-03-29T01:59:59Z"), "2026-03-29T00:59:59Z");
    EXPECT_EQ(instant("2026-03-29T03:00:00Z"), "2026-03-29T01:00:00Z");
    EXPECT_EQ(instant("2001-01-01T00:00:00Z"), "2000-12-31T23:00:00Z");
}

TEST(Times, WeeklyWindowsHoldOnTheirDaysByTheLocalClock)
{
    const auto rule = times(mornings); // Monday 2026-06-01, in summer: UTC + 2
    EXPECT_FALSE(holds(rule, "2026-06-01T05:59:59Z"));
    EXPECT_TRUE(holds(rule, "2026-06-01T06:00:00Z"));
    EXPECT_TRUE(holds(rule, "2026-06-01T09:59:59Z"));
    EXPECT_FALSE(holds(rule, "2026-06-01T10:00:00Z"));
    EXPECT_FALSE(holds(rule, "2026-06-02T07:00:00Z")); // Tuesday
    EXPECT_TRUE(holds(rule, "2026-06-05T07:00:00Z"));  // Friday
    EXPECT_TRUE(holds(rule, "2026-01-05T07:00:00Z"));  // Monday in winter: UTC + 1
    EXPECT_FALSE(holds(rule, "2026-01-05T06:59:59Z"));
}

TEST(Times, AWindowThatEndsEarlierThanItBeginsEndsOnTheNextDay)
{
    const auto rule = times(R"({"weekly": [{"days": ["sun"], "from": "22:00", "to": "02:00"}]})");
    EXPECT_FALSE(holds(rule, "2026-06-07T19:59:59Z")); // Sunday 21:59:59
    EXPECT_TRUE(holds(rule, "2026-06-07T20:00:00Z"));
    EXPECT_TRUE(holds(rule, "2026-06-07T22:30:00Z")); // Monday 00:30
    EXPECT_TRUE(holds(rule, "2026-06-07T23:59:59Z"));
    EXPECT_FALSE(holds(rule, "2026-06-08T00:00:00Z")); // Monday 02:00
    EXPECT_FALSE(holds(rule, "2026-06-06T22:30:00Z")); // Sunday 00:30, which Saturday's would be
    const auto night = times(R"({"weekly": [{"days": ["sat"], "from": "22:00", "to": "00:00"}]})");
    EXPECT_TRUE(holds(night, "2026-06-06T21:59:59Z"));
    EXPECT_FALSE(holds(night, "2026-06-06T22:00:00Z"));
}

TEST(Times, AWholeDayIsFromMidnightToTwentyFour)
{
    const auto rule = times(R"({"weekly": [{"days": ["wed"], "from": "00:00", "to": "24:00"}]})");
    EXPECT_FALSE(holds(rule, "2026-06-02T21:59:59Z"));
    EXPECT_TRUE(holds(rule, "2026-06-02T22:00:00Z"));
    EXPECT_TRUE(holds(rule, "2026-06-03T21:59:59Z"));
    EXPECT_FALSE(holds(rule, "2026-06-03T22:00:00Z"));
}

TEST(Times, WindowsFollowEachOtherWithoutAGapWhenClocksChange)
{
    // Sunday 2026-10-25, 02:00 to 03:00 comes twice; Sunday 2026-03-29, 02:00 to 03:00 never comes.
    const auto before = times(R"({"weekly": [{"days": ["sun"], "from": "01:00", "to": "02:30"}]})");
    const auto after = times(R"({"weekly": [{"days": ["sun"], "from": "02:30", "to": "04:00"}]})");
    for (const char* day : {"2026-10-25T", "2026-03-29T", "2026-06-07T"})
        for (int minute = 0; minute < 6 * 60; minute += 5) {
            const auto time = fmt::format("{}{:02}:{:02}:00Z", day, minute / 60, minute % 60);
            EXPECT_FALSE(holds(before, time) && holds(after, time)) << time;
        }
    EXPECT_TRUE(holds(before, "2026-10-25T00:29:59Z"));
    EXPECT_TRUE(holds(after, "2026-10-25T00:30:00Z"));  // the first 02:30
    EXPECT_TRUE(holds(after, "2026-10-25T01:15:00Z"));  // the second 02:15 is behind it
    EXPECT_TRUE(holds(after, "2026-10-25T02:59:59Z"));  // 03:59:59
    EXPECT_TRUE(holds(before, "2026-03-29T00:59:59Z")); // 01:59:59, the last moment before the jump
    EXPECT_TRUE(holds(after, "2026-03-29T01:00:00Z"));  // 03:00
}

TEST(Times, AWindowThatTheClockLeavesOutDoesNotHold)
{
    const auto rule = times(R"({"weekly": [{"days": ["sun"], "from": "02:10", "to": "02:50"}]})");
    for (const char* time : {"2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T01:00:01Z"})
        EXPECT_FALSE(holds(rule, time)) << time;
    EXPECT_TRUE(holds(rule, "2026-04-05T00:20:00Z")); // a week later
}

TEST(Times, ClocksMayChangeAtMidnight)
{
    const auto clock = test::havana();
    // Sunday 2026-11-01: at 01:00 the clock is put back to 00:00. Sunday 2026-03-08: 00:00 becomes 01:00.
    const auto sunday = times(R"({"weekly": [{"days": ["sun"], "from": "00:00", "to": "24:00"}]})");
    EXPECT_FALSE(holds(sunday, "2026-11-01T03:59:59Z", clock));
    EXPECT_TRUE(holds(sunday, "2026-11-01T04:00:00Z", clock));
    EXPECT_TRUE(holds(sunday, "2026-11-02T04:59:59Z", clock)); // 25 hours
    EXPECT_FALSE(holds(sunday, "2026-11-02T05:00:00Z", clock));
    EXPECT_FALSE(holds(sunday, "2026-03-08T04:59:59Z", clock));
    EXPECT_TRUE(holds(sunday, "2026-03-08T05:00:00Z", clock));
    EXPECT_FALSE(holds(sunday, "2026-03-09T04:00:00Z", clock)); // 23 hours
}

TEST(Times, AWindowThatHasBegunGoesOnWhenTheClockIsPutBackToTheDayBefore)
{
    // At 00:30 of Sunday, 2026-11-01, the clock is put back to 23:30 of Saturday.
    const Zone clock(std::chrono::hours(0), {{utc("2026-11-01T00:30:00Z"), -std::chrono::hours(1)}});
    const auto sunday = times(R"({"weekly": [{"days": ["sun"], "from": "00:00", "to": "06:00"}]})");
    EXPECT_FALSE(holds(sunday, "2026-10-31T23:59:59Z", clock));
    EXPECT_TRUE(holds(sunday, "2026-11-01T00:00:00Z", clock));
    EXPECT_TRUE(holds(sunday, "2026-11-01T00:45:00Z", clock)); // Saturday 23:45 once more
    EXPECT_TRUE(holds(sunday, "2026-11-01T06:59:59Z", clock));
    EXPECT_FALSE(holds(sunday, "2026-11-01T07:00:00Z", clock));
}

TEST(Times, DatesAreOfTheDayOnWhichAWindowBegins)
{
    const auto rule = times(R"({"weekly": [{"days": ["sun", "mon"], "from": "22:00", "to": "02:00"}],
                                "dates": {"from": "2026-06-01", "to": "2026-06-07"}})");
    EXPECT_FALSE(
        holds(rule, "2026-05-31T22:30:00Z"));         // Monday, June 1st, 00:30: Sunday's, which is not among the dates
    EXPECT_TRUE(holds(rule, "2026-06-01T20:30:00Z")); // Monday's
    EXPECT_TRUE(holds(rule, "2026-06-07T22:30:00Z")); // Monday 00:30: the last Sunday's
    EXPECT_FALSE(holds(rule, "2026-06-08T20:30:00Z"));
}

TEST(Times, DatesAloneAreWholeLocalDaysAndMayBeOpen)
{
    const auto term = times(R"({"dates": {"from": "2026-04-01", "to": "2026-07-31"}})");
    EXPECT_FALSE(holds(term, "2026-03-31T21:59:59Z"));
    EXPECT_TRUE(holds(term, "2026-03-31T22:00:00Z"));
    EXPECT_TRUE(holds(term, "2026-07-31T21:59:59Z"));
    EXPECT_FALSE(holds(term, "2026-07-31T22:00:00Z"));
    EXPECT_TRUE(holds(times(R"({"dates": {"from": "2026-04-01"}})"), "2099-12-31T12:00:00Z"));
    EXPECT_TRUE(holds(times(R"({"dates": {"to": "2026-04-01", "from": null}})"), "2000-01-02T12:00:00Z"));
    EXPECT_TRUE(holds(times(R"({"dates": {"from": "2028-02-29", "to": "2028-02-29"}})"), "2028-02-29T12:00:00Z"));
}

TEST(Times, PeriodsHoldOnceAndBesideWindows)
{
    auto exam = times(R"({"once": [{"from": "2026-02-10T08:30", "to": "2026-02-10T12:00"},
                                   {"from": "2026-10-25T01:00", "to": "2026-10-25T02:30"}]})");
    EXPECT_FALSE(holds(exam, "2026-02-10T07:29:59Z"));
    EXPECT_TRUE(holds(exam, "2026-02-10T07:30:00Z"));
    EXPECT_TRUE(holds(exam, "2026-02-10T10:59:59Z"));
    EXPECT_FALSE(holds(exam, "2026-02-10T11:00:00Z"));
    EXPECT_FALSE(holds(exam, "2027-02-10T08:00:00Z"));
    EXPECT_TRUE(holds(exam, "2026-10-25T00:29:59Z"));
    EXPECT_FALSE(holds(exam, "2026-10-25T00:30:00Z")); // the first 02:30 ends it; it does not come back
    EXPECT_FALSE(holds(exam, "2026-10-25T01:15:00Z"));
    EXPECT_FALSE(holds(exam, "2026-06-01T07:00:00Z"));
    exam.weekly = times(mornings).weekly;
    EXPECT_TRUE(holds(exam, "2026-06-01T07:00:00Z"));
    EXPECT_TRUE(holds(exam, "2026-02-10T07:30:00Z")); // a Tuesday
}

TEST(Times, WhatWasWrittenIsReadBack)
{
    const auto rule =
        times(R"({"zone": "Etc/GMT+5", "weekly": [{"days": ["sun", "mon"], "from": "22:05", "to": "24:00"}],
                                "dates": {"from": "2026-06-01", "to": "2026-06-07"},
                                "once": [{"from": "2026-02-10T00:00", "to": "2099-12-31T23:59"}]})");
    EXPECT_EQ(Times::parse(rule.to_json()), rule);
    EXPECT_EQ(rule.to_json()["weekly"][0]["days"], json({"mon", "sun"}));
    EXPECT_EQ(rule.to_json()["once"][0]["to"], "2099-12-31T23:59");
}

TEST(Times, EachWrongMemberIsNamed)
{
    for (const auto& [field, text] : std::vector<std::pair<std::string, std::string>>{
             {"time", "[]"},
             {"time", R"({"zone": "Europe/Berlin"})"},
             {"time", R"({"zone": "Europe/Berlin", "weekly": [], "once": []})"},
             {"time.zone", R"({"weekly": []})"},
             {"time.zone", R"({"zone": "../../etc/passwd", "dates": {"from": "2026-01-01"}})"},
             {"time.zone", R"({"zone": "/etc/localtime", "dates": {"from": "2026-01-01"}})"},
             {"time.zone", R"({"zone": 1})"},
             {"time.weekdays", R"({"zone": "UTC", "weekdays": []})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": {}})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [1]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": [], "from": "08:00", "to": "09:00"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["monday"], "from": "08:00", "to": "09:00"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "8:00", "to": "09:00"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "08:60", "to": "09:00"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "24:00", "to": "09:00"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "08:00", "to": "24:01"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "08:00", "to": "08:00"}]})"},
             {"time.weekly", R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "08:00"}]})"},
             {"time.weekly",
              R"({"zone": "UTC", "weekly": [{"days": ["mon"], "from": "08:00", "to": "09:00", "x": 1}]})"},
             {"time.dates", R"({"zone": "UTC", "dates": "2026"})"},
             {"time.dates", R"({"zone": "UTC", "dates": {}})"},
             {"time.dates", R"({"zone": "UTC", "dates": {"from": "2026-02-02", "to": "2026-02-01"}})"},
             {"time.dates.until", R"({"zone": "UTC", "dates": {"until": "2026-02-02"}})"},
             {"time.dates.from", R"({"zone": "UTC", "dates": {"from": "2026-02-30"}})"},
             {"time.dates.from", R"({"zone": "UTC", "dates": {"from": "1999-12-31"}})"},
             {"time.dates.to", R"({"zone": "UTC", "dates": {"to": "2100-01-01"}})"},
             {"time.dates.to", R"({"zone": "UTC", "dates": {"to": "26-01-01"}})"},
             {"time.once", R"({"zone": "UTC", "once": [{"from": "2026-02-10T12:00", "to": "2026-02-10T12:00"}]})"},
             {"time.once", R"({"zone": "UTC", "once": [{"from": "2026-02-10 12:00", "to": "2026-02-10T13:00"}]})"},
             {"time.once", R"({"zone": "UTC", "once": [{"from": "2026-02-10T12:00Z", "to": "2026-02-10T13:00Z"}]})"},
             {"time.once", R"({"zone": "UTC", "once": [{"from": "2026-02-10T12:00", "to": "2026-02-10T24:00"}]})"},
             {"time.once", R"({"zone": "UTC", "once": [{"from": "2026-02-10T12:00"}]})"}})
        EXPECT_EQ(wrong_field(text), field) << text;
    json many{{"zone", "UTC"}};
    for (std::size_t i = 0; i <= max_windows; ++i)
        many["weekly"].push_back({{"days", {"mon"}}, {"from", "08:00"}, {"to", "09:00"}});
    EXPECT_EQ(wrong_field(many.dump()), "time.weekly");
}
