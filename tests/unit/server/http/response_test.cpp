#include "server/http/response.hpp"

#include "server/http/impl/message.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace farboot::server::http;

TEST(Response, ErrorsHaveTheDocumentedForm)
{
    const auto response = error(404, "not-found", "There is no \"x\".", "id");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(
        nlohmann::json::parse(std::get<std::string>(response.body)),
        nlohmann::json::parse(R"({"error": {"code": "not-found", "sentence": "There is no \"x\".", "field": "id"}})"));
}

TEST(Response, TextThatIsNotUtf8DoesNotThrow)
{
    EXPECT_NO_THROW(std::ignore = error(400, "x", "\xff"));
}

TEST(Response, HeadersCannotBeSplit)
{
    const auto response = text(200, "x").with("Location", "a\r\nSet-Cookie: b");
    EXPECT_THROW(std::ignore = header_text(response, true), std::invalid_argument);
}

TEST(Response, LengthIsLeftOutWhereThereIsNoBody)
{
    EXPECT_NE(header_text(text(200, "abc"), true).find("Content-Length: 3\r\n"), std::string::npos);
    EXPECT_EQ(header_text(Response{.status = 204, .headers = {}, .body = {}, .code = {}}, true).find("Content-Length"),
              std::string::npos);
    EXPECT_NE(header_text(text(200, ""), false).find("Connection: close\r\n"), std::string::npos);
}
