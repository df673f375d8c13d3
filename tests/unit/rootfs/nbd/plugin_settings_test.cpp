#include "rootfs/nbd/plugin_settings.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

TEST(PluginSettings, NeedsWhomToTrustAndWhereToReadAndWhatToServe)
{
    PluginSettings settings;
    EXPECT_FALSE(settings.check());
    ASSERT_TRUE(settings.set("policy", "/p"));
    ASSERT_TRUE(settings.set("sources", "/s"));
    EXPECT_FALSE(settings.check());
    ASSERT_TRUE(settings.set("control", "/c"));
    EXPECT_TRUE(settings.check());
}

TEST(PluginSettings, StoresAreNamedInAFileOrOneByOne)
{
    PluginSettings settings;
    ASSERT_TRUE(settings.set("policy", "/p"));
    ASSERT_TRUE(settings.set("record", "/r1"));
    ASSERT_TRUE(settings.set("record", "/r2"));
    EXPECT_FALSE(settings.check());
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(settings.set("source", "https://boot.example.org/store/"));
    EXPECT_TRUE(settings.check());
    EXPECT_FALSE(settings.set("source", "https://boot.example.org/store/")) << "one too many";
    const auto options = settings.engine_options();
    ASSERT_TRUE(options);
    EXPECT_EQ(options->sources, std::vector<std::string>(16, "https://boot.example.org/store"));
    ASSERT_TRUE(settings.set("sources", "/s"));
    EXPECT_FALSE(settings.check()) << "both";
}

TEST(PluginSettings, PinsOneImage)
{
    PluginSettings settings;
    for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
             {"policy", "/p"}, {"sources", "/s"}, {"record", "/r"}, {"disk-cache", "/d"}, {"pin", "true"}})
        ASSERT_TRUE(settings.set(key, value));
    EXPECT_TRUE(settings.check());
    ASSERT_TRUE(settings.set("record", "/r2"));
    EXPECT_FALSE(settings.check());
}

TEST(PluginSettings, RefusesWhatItDoesNotKnow)
{
    PluginSettings settings;
    const std::vector<std::pair<std::string, std::string>> wrong{{"record", "relative.dsse"},
                                                                 {"source", "ftp://host/store"},
                                                                 {"source", "https://user:word@host/store"},
                                                                 {"cache", "0"},
                                                                 {"cache", "65537"},
                                                                 {"cache", "64M"},
                                                                 {"cache", ""},
                                                                 {"lock", "yes"},
                                                                 {"give-up", "-1"},
                                                                 {"colour", "1"},
                                                                 {"", "x"}};
    for (const auto& [key, value] : wrong) {
        const auto result = settings.set(key, value);
        ASSERT_FALSE(result) << key << "=" << value;
        EXPECT_EQ(result.error().reason, "setting");
    }
}

} // namespace
} // namespace farboot::rootfs
