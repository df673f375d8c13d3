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

TEST(PluginSettings, RefusesWhatItDoesNotKnow)
{
    PluginSettings settings;
    const std::vector<std::pair<std::string, std::string>> wrong{{"record", "relative.dsse"},
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
