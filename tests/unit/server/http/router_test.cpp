#include "server/http/router.hpp"

#include <gtest/gtest.h>

using namespace farboot::server::http;

namespace
{

class RouterTest : public testing::Test
{
protected:
    RouterTest()
    {
        for (const auto& [method, pattern] :
             std::initializer_list<std::pair<Method, const char*>>{{Method::put, "/entries/order"},
                                                                   {Method::get, "/entries/{id}"},
                                                                   {Method::put, "/entries/{id}"},
                                                                   {Method::get, "/menu/{path...}"},
                                                                   {Method::get, "/"}})
            router_.add(method, pattern, {});
    }

    /// The pattern that answers, or what else comes out.
    std::string find(Method method, std::string_view target)
    {
        found_ = router_.find(method, *parse_target(target));
        if (const auto* match = std::get_if<Router::Found>(&found_))
            return match->route->pattern;
        if (const auto* wrong = std::get_if<Router::WrongMethod>(&found_))
            return wrong->allow;
        return "nothing";
    }
    std::string parameter(const char* name) { return std::get<Router::Found>(found_).parameters.at(name); }

private:
    Router router_;
    std::variant<Router::Found, Router::NotFound, Router::WrongMethod> found_;
};

} // namespace

TEST_F(RouterTest, ParametersAreOneSegment)
{
    EXPECT_EQ(find(Method::get, "/entries/7"), "/entries/{id}");
    EXPECT_EQ(parameter("id"), "7");
    EXPECT_EQ(find(Method::get, "/entries/"), "nothing");
    EXPECT_EQ(find(Method::get, "/entries/7/8"), "nothing");
    EXPECT_EQ(find(Method::get, "/entries"), "nothing");
}

TEST_F(RouterTest, TheFirstThatFitsWins)
{
    EXPECT_EQ(find(Method::put, "/entries/order"), "/entries/order");
    EXPECT_EQ(find(Method::put, "/entries/7"), "/entries/{id}");
}

TEST_F(RouterTest, RestsMayBeEmpty)
{
    EXPECT_EQ(find(Method::get, "/menu/"), "/menu/{path...}");
    EXPECT_EQ(parameter("path"), "");
    EXPECT_EQ(find(Method::get, "/menu/assets/a.js"), "/menu/{path...}");
    EXPECT_EQ(parameter("path"), "assets/a.js");
    EXPECT_EQ(find(Method::get, "/menu"), "nothing");
    EXPECT_EQ(find(Method::get, "/"), "/");
}

TEST_F(RouterTest, WrongMethodsLearnTheRightOnes)
{
    EXPECT_EQ(find(Method::remove, "/entries/7"), "GET, HEAD, PUT");
    EXPECT_EQ(find(Method::other, "/menu/"), "GET, HEAD");
    EXPECT_EQ(find(Method::head, "/menu/"), "/menu/{path...}");
}
