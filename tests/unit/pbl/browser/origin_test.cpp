#include "pbl/browser/origin.hpp"

#include <gtest/gtest.h>

namespace farboot::browser
{
namespace
{

bool holds(const char* server, const char* url)
{
    return Origin::parse(QString::fromUtf8(server)).value().holds(QUrl(QString::fromUtf8(url)));
}

TEST(Origin, HoldsItsOwn)
{
    EXPECT_TRUE(holds("https://server:8443", "https://server:8443/menu/"));
    EXPECT_TRUE(holds("https://server:8443/", "https://SERVER:8443/api/v1/menu?for=preboot"));
    EXPECT_TRUE(holds("https://server", "https://server:443/menu/"));
    EXPECT_TRUE(holds("https://10.0.2.2:8443", "https://10.0.2.2:8443/"));
    EXPECT_TRUE(holds("https://[fd00::1]:8443", "https://[fd00::1]:8443/"));
}

TEST(Origin, HoldsNothingElse)
{
    for (const auto* url :
         {"http://server:8443/menu/", "https://server/menu/", "https://server:8444/", "https://server.evil:8443/",
          "https://evil/server:8443/", "https://server:8443@evil/", "https://user:word@server:8443/",
          "file:///etc/passwd", "data:text/html,x", "blob:https://server:8443/1", "view-source:https://server:8443/",
          "chrome://gpu", "about:blank", "javascript:1", "qrc:/x", "", "wss://server:8443/"})
        EXPECT_FALSE(holds("https://server:8443", url)) << url;
}

TEST(Origin, NamesTheMenuPage)
{
    EXPECT_EQ(Origin::parse("https://server:8443").value().menu_page(), QUrl("https://server:8443/menu/"));
    EXPECT_EQ(Origin::parse("https://server/farboot/").value().menu_page(), QUrl("https://server/farboot/menu/"));
}

TEST(Origin, RefusesOtherServers)
{
    for (const auto* server : {"", "server", "http://server", "https://", "https://u:p@server", "https://server/?a=b",
                               "https://server/#x", "file:///x", "https://server:99999"}) {
        const auto origin = Origin::parse(QString::fromUtf8(server));
        ASSERT_FALSE(origin) << server;
        EXPECT_EQ(origin.error().reason, "bad-url");
    }
}

} // namespace
} // namespace farboot::browser
