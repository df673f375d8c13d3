#include "server/http/request.hpp"

#include <gtest/gtest.h>

using farboot::server::http::Request;

TEST(Request, CookiesAreFoundByTheirWholeName)
{
    Request request;
    request.headers = {{"host", "a"},
                       {"cookie", "x__Host-farboot=no; __Host-farboot2=no; __Host-farboot=yes=1; last=z"}};
    EXPECT_EQ(request.cookie("__Host-farboot"), "yes=1");
    EXPECT_EQ(request.cookie("last"), "z");
    EXPECT_EQ(request.cookie("Host"), std::nullopt);
    EXPECT_EQ(Request().cookie("last"), std::nullopt);
}
