#include "tests/integration/server/server_process.hpp"

#include <gmock/gmock.h>

using namespace farboot::test;
using testing::HasSubstr;
using testing::Not;

namespace
{

class Pages : public ServerTest
{
};

} // namespace

TEST_F(Pages, HaveAStrictPolicy)
{
    write_whole(web() / "menu/index.html", "<p>menu");
    write_whole(web() / "menu/assets/a-1.js", "1");
    write_whole(web() / "admin/index.html", "<p>admin");
    const auto menu = request("GET", "/menu/");
    EXPECT_EQ(menu.body, "<p>menu");
    EXPECT_EQ(menu.headers.at("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(menu.headers.at("cache-control"), "no-cache");
    EXPECT_EQ(menu.headers.at("x-content-type-options"), "nosniff");
    EXPECT_THAT(menu.headers.at("content-security-policy"), HasSubstr("default-src 'self'"));
    EXPECT_THAT(menu.headers.at("content-security-policy"), Not(HasSubstr("unsafe")));
    const auto script = request("GET", "/menu/assets/a-1.js");
    EXPECT_EQ(script.headers.at("content-type"), "text/javascript; charset=utf-8");
    EXPECT_THAT(script.headers.at("cache-control"), HasSubstr("immutable"));
    EXPECT_THAT(request("GET", "/admin/").headers.at("content-security-policy"),
                HasSubstr("style-src 'self' 'unsafe-inline'"));
}

TEST_F(Pages, AreFoundWithoutTheLastSlash)
{
    for (const auto& [from, to] :
         {std::pair("/", "/menu/"), std::pair("/menu", "/menu/"), std::pair("/admin", "/admin/")}) {
        const auto answer = request("GET", from);
        EXPECT_EQ(answer.status, 302);
        EXPECT_EQ(answer.headers.at("location"), to);
    }
    EXPECT_EQ(request("GET", "/admin/none.html").status, 404);
}
