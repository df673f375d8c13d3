#include "server/api/openapi.hpp"
#include "server/api/routes.hpp"

namespace farboot::server::api
{

void add_openapi_routes(http::Router& router)
{
    router.add(http::Method::get, "/api/v1/openapi.json",
               [](const http::Request&) -> boost::asio::awaitable<http::Response> {
                   co_return http::json_text(200, std::string(openapi_document()));
               });
}

} // namespace farboot::server::api
