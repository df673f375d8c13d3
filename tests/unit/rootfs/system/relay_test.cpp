#include "rootfs/system/relay.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace farboot;
using namespace farboot::rootfs;
using nlohmann::json;

namespace
{

json relayed(const json& question, std::string* asked = nullptr)
{
    return json::parse(relay(question.dump(), [&](RelayRequest request) -> Result<std::string> {
        if (asked != nullptr)
            *asked = request.method + " " + request.path + " " + request.body;
        return "the \"answer\" \xff";
    }));
}

TEST(Relay, CarriesWhatPeoplesProgramsNeed)
{
    std::string asked;
    const auto menu = relayed({{"version", 1}, {"method", "GET"}, {"path", "/api/v1/menu?for=session"}}, &asked);
    EXPECT_EQ(menu, (json{{"ok", true}, {"body", "the \"answer\" \xEF\xBF\xBD"}}));
    EXPECT_EQ(asked, "GET /api/v1/menu?for=session ");
    EXPECT_EQ(relayed({{"version", 1}, {"method", "GET"}, {"path", "/api/v1/records/vm/tiny"}})["ok"], true);
    for (const char* step : {"", "/poll", "/end"})
        EXPECT_EQ(relayed({{"version", 1}, {"method", "POST"}, {"path", "/api/v1/pc/login" + std::string(step)}})["ok"],
                  true);
    EXPECT_EQ(relayed({{"version", 1}, {"method", "GET"}, {"path", "/api/v1/records/vm/tiny/3"}})["ok"], true);
}

TEST(Relay, RefusesWhatIsThePcsOwn)
{
    for (const auto& [method, path] : {std::pair("POST", "/api/v1/pc/report"),
                                       {"POST", "/api/v1/pc/trace"},
                                       {"POST", "/api/v1/pc/boot-token"},
                                       {"POST", "/api/v1/store-token"},
                                       {"POST", "/api/v1/menu?for=session"},
                                       {"GET", "/api/v1/menu?for=session&user=admin"},
                                       {"GET", "/api/v1/records/boot/debian"},
                                       {"GET", "/api/v1/records/vm/../../users"},
                                       {"GET", "/api/v1/records/vm/a b"},
                                       {"GET", "/api/v1/records/vm/tiny/"},
                                       {"GET", "/api/v1/records/vm/tiny/x"},
                                       {"GET", "/api/v1/records/vm/tiny/3/4"},
                                       {"GET", "/api/v1/records/boot/debian/3"},
                                       {"GET", "/api/v1/records/"},
                                       {"GET", "/api/v1/records/vm"},
                                       {"GET", "/api/v1/records/vm/tiny\r\nX: 1"},
                                       {"GET", "http://evil.example/"},
                                       {"POST", "/api/v1/pc/login/../report"},
                                       {"GET", "/api/v1/pc/login"},
                                       {"GET", ""}}) {
        const auto answer = relayed({{"version", 1}, {"method", method}, {"path", path}});
        EXPECT_EQ(answer["ok"], false) << method << path;
        EXPECT_EQ(answer["reason"], "relay-refused");
    }
    for (const char* line : {"", "x", "[]", "{}", R"({"version": 2})", R"({"version": 1, "method": 5})"})
        EXPECT_FALSE(RelayRequest::parse(line)) << line;
    EXPECT_EQ(relayed({{"version", 1},
                       {"method", "GET"},
                       {"path", "/api/v1/menu?for=session"},
                       {"body", std::string(5000, 'x')}})["reason"],
              "relay-refused");
}

TEST(Relay, SaysWhyThereIsNoAnswer)
{
    const auto line = relay(R"({"version": 1, "method": "GET", "path": "/api/v1/menu?for=session"})",
                            [](const RelayRequest&) -> Result<std::string> { return fail("unreachable", "Away."); });
    EXPECT_EQ(json::parse(line), (json{{"ok", false}, {"reason", "unreachable"}, {"sentence", "Away."}}));
}

} // namespace
