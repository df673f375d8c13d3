#include "rootfs/nbd/metrics.hpp"

#include "rootfs/nbd/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace farboot::rootfs
{
namespace
{

using Json = nlohmann::json;
using testing::HasSubstr;

/// What a reader of two sources and two images says, each number changed into one that occurs nowhere else.
class MetricsTest : public testing::Test
{
protected:
    MetricsTest()
    {
        ReaderEngine::Options options;
        options.sources = {"http://127.0.0.1:9/one", "http://127.0.0.1:9/two"};
        ReaderEngine engine(options);
        ExportTable exports(engine);
        for (const auto* name : {"tiny", "other"}) {
            const VerifiedImage image{{{"vm", name}, 3}, {sha256(as_bytes("manifest")), 80, 4096}, {}};
            EXPECT_TRUE(exports.add(image, 0));
        }
        const Policy policy;
        const Control control(policy, engine, exports, false);
        status = Json::parse(control.answer(R"({"version":1,"command":"status"})", 0));
        status.erase("version");
        for (auto& source : status["sources"])
            source["latency_ms"] = source["bytes_per_second"] = 0;
        status["disk"] = {{"limit", 0},   {"bytes", 0},       {"chunks", 0},    {"hits", 0},       {"damaged", 0},
                          {"skipped", 0}, {"view_chunks", 0}, {"view_hits", 0}, {"writable", true}};
        for (auto& item : status["exports"]) {
            item["hot"] = {
                {"state", "streaming"}, {"chunks", 0}, {"through", 0}, {"pack_bytes", 0}, {"connections", 1}};
            item["pinned"] = {{"state", "filling"}, {"chunks", 0}, {"present", 0}, {"put_off", 0}, {"unknown", 0}};
        }
        number(status);
    }
    void number(Json& json)
    {
        if (json.is_number())
            json = next++;
        if (json.is_structured())
            for (auto& member : json)
                number(member);
    }
    [[nodiscard]] std::string text() const { return to_prometheus(status, "/run/control.sock"); }
    [[nodiscard]] std::vector<std::string> lines() const
    {
        std::vector<std::string> lines;
        std::istringstream stream(text());
        for (std::string line; std::getline(stream, line);)
            lines.push_back(line);
        return lines;
    }

    Json status;
    int next = 1'000;
};

TEST_F(MetricsTest, EveryLineIsOfTheFormat)
{
    ASSERT_TRUE(text().ends_with('\n'));
    const std::regex help("# HELP ([a-z_]+) [^\\\\]+");
    const std::regex type("# TYPE ([a-z_]+) (counter|gauge)");
    const std::string label = R"re([a-z_]+="(?:[^"\\]|\\["\\n])*")re";
    const std::regex sample("([a-z_]+)\\{(" + label + "(?:," + label + ")*)\\} [0-9]+(\\.[0-9]+)?");
    std::string helped;
    std::string current;
    std::set<std::string> metrics;
    std::set<std::string> series;
    for (const auto& line : lines()) {
        std::smatch match;
        if (std::regex_match(line, match, help)) {
            helped = match[1];
            EXPECT_TRUE(metrics.insert(helped).second) << "its samples must stand together: " << line;
        } else if (std::regex_match(line, match, type)) {
            current = match[1];
            EXPECT_EQ(current, helped) << line;
            EXPECT_EQ(current.ends_with("_total"), match[2] == "counter") << line;
        } else {
            ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
            EXPECT_EQ(match[1], current) << line;
            EXPECT_TRUE(series.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
        }
    }
    EXPECT_GT(series.size(), 30);
}

TEST_F(MetricsTest, EveryNumberOfTheStatusIsThere)
{
    std::set<std::string> values;
    for (const auto& line : lines())
        if (!line.starts_with('#'))
            values.insert(line.substr(line.rfind(' ') + 1));
    const auto all = status.flatten();
    std::size_t numbers = 0;
    for (const auto& [path, value] : all.items()) {
        if (!value.is_number() || path.ends_with("/fetched_bytes")) // the sum over all causes
            continue;
        ++numbers;
        EXPECT_TRUE(values.contains(value.dump())) << path;
    }
    EXPECT_GT(numbers, 30);
}

TEST_F(MetricsTest, LabelsSayOfWhatAndWhy)
{
    status["exports"][0]["read_ahead_bytes"] = 7;
    status["sources"][1]["hot_bytes"] = 8;
    status["sources"][1]["state"] = "slow";
    status["waiting"] = true;
    const auto all = text();
    EXPECT_THAT(all, HasSubstr("# TYPE farboot_reader_fetched_bytes_total counter\n"));
    EXPECT_THAT(all, HasSubstr("\nfarboot_reader_fetched_bytes_total{socket=\"/run/control.sock\",export=\"" +
                               status["exports"][0]["name"].get<std::string>() + "\",cause=\"read_ahead\"} 7\n"));
    EXPECT_THAT(all, HasSubstr("\nfarboot_reader_source_fetched_bytes_total{socket=\"/run/control.sock\",source=\""
                               "http://127.0.0.1:9/two\",cause=\"hot\"} 8\n"));
    EXPECT_THAT(all, HasSubstr("source=\"http://127.0.0.1:9/two\",state=\"slow\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("source=\"http://127.0.0.1:9/two\",state=\"good\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("\nfarboot_reader_waiting{socket=\"/run/control.sock\"} 1\n"));
}

TEST_F(MetricsTest, LabelsCannotBreakOut)
{
    EXPECT_THAT(to_prometheus(status, "a\"b\\c\nd"), HasSubstr(R"({socket="a\"b\\c\nd"} )"));
}

TEST_F(MetricsTest, WhatIsNotKnownIsLeftOut)
{
    status["sources"][0]["latency_ms"] = nullptr;
    status["sources"][1]["latency_ms"] = nullptr;
    status["exports"][0]["hot"] = nullptr;
    const auto all = text();
    EXPECT_THAT(all, testing::Not(HasSubstr("latency")));
    EXPECT_THAT(all, HasSubstr("farboot_reader_hot_chunks{"));
}

} // namespace
} // namespace farboot::rootfs
