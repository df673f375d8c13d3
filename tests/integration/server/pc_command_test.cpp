#include "tests/integration/server/pc_site.hpp"

#include <gmock/gmock.h>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace
{

/// `farboot pc` and `farboot explain --pc`.
class PcCommand : public PcSite
{
};

constexpr auto uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d32";
constexpr auto other_uuid = "4c4c4544-0042-3510-8052-b4c04f4e4d33";

} // namespace

TEST_F(PcCommand, ConfirmsRenamesAndCommandsAPc)
{
    EXPECT_EQ(farboot({"pc", "list"}), "");
    const auto key = rootfs::SigningKey::generate();
    const auto first = comes_up(uuid, &key);
    const auto id = fmt::format("{}", first["pc"]["id"].get<int>());
    const auto code = first["pc"]["key"]["code"].get<std::string>();
    comes_up(other_uuid);
    EXPECT_EQ(farboot({"pc", "list", "--waiting"}), fmt::format("{:>6}  preboot  waiting    {}  {}\n", id, uuid, code));
    EXPECT_EQ(json::parse(farboot({"pc", "list", "--json"})).size(), 2U);
    EXPECT_EQ(farboot({"pc", "list", "--state", "off"}), "");
    EXPECT_THAT(farboot({"pc", "command", id, "reboot"}, 1), HasSubstr("not enrolled"));

    EXPECT_THAT(farboot({"pc", "confirm", id, "2222-2222-2222-2222"}, 1), HasSubstr(code));
    farboot({"pc", "confirm", id, code});
    EXPECT_THAT(farboot({"pc", "rename", id, "Seat 3"}), HasSubstr("confirmed  Seat 3"));
    EXPECT_THAT(farboot({"pc", "show", id}), AllOf(HasSubstr("name       Seat 3"), HasSubstr(code)));
    EXPECT_EQ(json::parse(farboot({"pc", "show", id, "--json"}))["name"], "Seat 3");

    const auto second = comes_up(uuid, &key);
    farboot({"pc", "command", id, "boot", "--record", "boot/debian"});
    EXPECT_THAT(farboot({"pc", "commands", id}),
                AllOf(HasSubstr("boot boot/debian"), HasSubstr("by token test: not fetched yet")));
    const auto told = report(second["session"], {{"state", "preboot"}})["command"];
    EXPECT_THAT(farboot({"pc", "commands", id}), HasSubstr(": fetched"));
    report(second["session"], {{"state", "preboot"}, {"done", {{"id", told["id"]}, {"outcome", "done"}}}});
    EXPECT_EQ(json::parse(farboot({"pc", "commands", id, "--json"}))["commands"][0]["outcome"], "done");
    EXPECT_THAT(farboot({"pc", "starts", id}),
                AllOf(HasSubstr("goes on\n    preboot  network-up 3.5"), HasSubstr("  left\n")));
    EXPECT_EQ(json::parse(farboot({"pc", "starts", id, "--json"}))["boots"].size(), 2U);

    EXPECT_THAT(farboot({"pc", "unconfirm", id}), HasSubstr("none"));
    farboot({"pc", "remove", id});
    EXPECT_THAT(farboot({"pc", "list"}), AllOf(HasSubstr(other_uuid), Not(HasSubstr(uuid))));
}

TEST_F(PcCommand, ExplainsWhatAPcShows)
{
    ASSERT_EQ(admin("POST", "/api/v1/locations", json{{"name", {{"en", "Lectern"}}}, {"uuids", {uuid}}}.dump()).status,
              201);
    const auto id = fmt::format("{}", comes_up(uuid)["pc"]["id"].get<int>());
    EXPECT_THAT(farboot({"explain", "--pc", id}), HasSubstr("Lectern"));
    EXPECT_THAT(farboot({"pc", "list"}), HasSubstr("(Lectern)"));
    EXPECT_THAT(farboot({"explain", "--pc", "77"}, 1), HasSubstr("There is no PC 77."));
}

TEST_F(PcCommand, SaysWhatIsWrong)
{
    EXPECT_THAT(farboot({"pc", "show", "7"}, 1), HasSubstr("There is no PC 7 that you may see."));
    EXPECT_THAT(farboot({"pc", "confirm", "7", "x"}, 1), HasSubstr("There is no PC 7"));
    EXPECT_THAT(farboot({"pc", "remove", "7"}, 1), HasSubstr("status 404"));
    EXPECT_THAT(farboot({"pc", "list", "--state", "flying"}, 2), HasSubstr("--state"));
    EXPECT_THAT(farboot({"pc", "command", "7", "dance"}, 2), HasSubstr("dance"));
    EXPECT_THAT(farboot({"pc", "command", "7", "boot"}, 2), HasSubstr("--record"));
    EXPECT_THAT(farboot({"pc", "command", "7", "reboot", "--record", "boot/x"}, 2), HasSubstr("--record"));
    const auto id = fmt::format("{}", comes_up(uuid)["pc"]["id"].get<int>());
    EXPECT_THAT(farboot({"pc", "confirm", id, "2222-2222-2222-2222"}, 1), HasSubstr("has shown no key"));
    EXPECT_THAT(farboot({"pc", "command", id, "boot", "--record", "boot/missing"}, 1), HasSubstr("boot/missing"));
    EXPECT_THAT(farboot({"pc", "rename", id, std::string(201, 'x')}, 1), HasSubstr("at most 200"));
    farboot({"pc", "rename", id, ""});
}
