#include "vmchooser/catalog/session_data.hpp"

#include "tests/unit/vmchooser/signed_world.hpp"
#include "tests/unit/vmchooser/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;

namespace
{

struct Data : ::testing::Test {
    TempFolder folder;
    SignedWorld world;

    void file(const std::string& name, const std::string& content) { std::ofstream(folder / name) << content; }
    void SetUp() override
    {
        file("server.json", R"({"version": 1, "server": "https://boot.example:8443/"})");
        file("policy.dsse", world.policy_envelope());
        file("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    }
    [[nodiscard]] auto load() const { return SessionData::load(folder / ""); }
};

TEST_F(Data, IsReadFromTheFolder)
{
    const auto data = load();
    ASSERT_TRUE(data) << data.error().sentence;
    EXPECT_EQ(data->server, "https://boot.example:8443");
    EXPECT_EQ(data->ca_file, folder / "ca.pem");
    EXPECT_EQ(data->policy, world.policy);
}

TEST_F(Data, UsesTheSystemsAuthoritiesWithoutItsOwn)
{
    std::filesystem::remove(folder / "ca.pem");
    EXPECT_EQ(load()->ca_file, "");
}

TEST_F(Data, SaysWhatIsMissing)
{
    std::filesystem::remove(folder / "server.json");
    EXPECT_EQ(load().error().reason, "session-data");
    EXPECT_NE(load().error().sentence.find("server.json"), std::string::npos);
    SetUp();
    std::filesystem::remove(folder / "policy.dsse");
    EXPECT_EQ(load().error().reason, "session-data");
}

TEST_F(Data, RefusesOddAddresses)
{
    for (const auto* text : {"", "{}", R"({"version": 2, "server": "https://x"})", R"({"version": 1, "server": 7})",
                             R"({"version": 1, "server": "file:///etc"})"}) {
        file("server.json", text);
        EXPECT_EQ(load().error().reason, "session-data") << text;
    }
}

TEST_F(Data, RefusesAPolicyThatIsNotWhole)
{
    auto text = world.policy_envelope();
    text.replace(text.find("\"sig\"") + 9, 4, "AAAA");
    file("policy.dsse", text);
    EXPECT_EQ(load().error().reason, "signature-invalid");
}

TEST_F(Data, SaysThatFilesVanishWhereItWasTold)
{
    EXPECT_FALSE(files_vanish(folder / "."));
    file("home.json", R"({"version": 1, "home": "none"})");
    EXPECT_TRUE(files_vanish(folder / "."));
    for (const auto* text : {R"({"home": "nfs"})", R"({"home": 1})", "[]", "{", ""}) {
        file("home.json", text);
        EXPECT_FALSE(files_vanish(folder / ".")) << text;
    }
}

} // namespace
