#include "server/cli/log_format.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

using farboot::server::cli::json_line;
using nlohmann::json;

namespace
{

json parsed(std::string_view text)
{
    return json::parse(json_line("2026-01-31T12:00:00.000Z", "info", text));
}

} // namespace

TEST(LogFormat, NamesAndValuesBecomeMembers)
{
    EXPECT_EQ(parsed(R"(event=request id=00ff path="/a b" status=404 code=- bytes=12 ms=3)"),
              json::parse(R"({"time": "2026-01-31T12:00:00.000Z", "level": "info", "event": "request", "id": "00ff",
                              "path": "/a b", "status": 404, "code": "-", "bytes": 12, "ms": 3})"));
}

TEST(LogFormat, QuotesWithinAValueDoNotEndIt)
{
    const auto line = parsed(R"(event=x error="Cannot read "a b": gone." next="1=2")");
    EXPECT_EQ(line["error"], R"(Cannot read "a b": gone.)");
    EXPECT_EQ(line["next"], "1=2");
}

TEST(LogFormat, OtherTextsAreKept)
{
    EXPECT_EQ(parsed("Something else")["text"], "Something else");
    EXPECT_EQ(parsed("")["level"], "info");
    EXPECT_EQ(parsed(R"(event=x "open)")["text"], "\"open");
    EXPECT_EQ(parsed(R"(event="never ends)")["event"], "\"never ends");
    EXPECT_EQ(parsed("event=x status=\xff")["status"], "\xef\xbf\xbd");
}
