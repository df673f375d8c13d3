#include "server/api/pc_auth.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using http::Request;
using http::Response;

awaitable<std::optional<catalog::PcSession>> asking_pc(const Context& context, const Request& request)
{
    const auto secret = request.header(pc_header);
    if (!secret)
        co_return std::nullopt;
    const auto now = context.now();
    auto session = co_await context.database.read(
        [&](Connection& connection) { return catalog::find_pc_session(connection, *secret, now); });
    if (session)
        request.who = fmt::format("pc:{}", session->pc);
    co_return session;
}

awaitable<std::optional<catalog::Pc>> enrolled_pc(const Context& context, const Request& request)
{
    const auto session = co_await asking_pc(context, request);
    if (!session || !session->enrolled)
        co_return std::nullopt;
    co_return co_await context.database.read(
        [&](Connection& connection) { return catalog::find_pc(connection, session->pc); });
}

Response pc_unknown()
{
    return http::error(401, "pc-unknown", "This PC has no session here, or none any more: it says hello first.");
}

} // namespace farboot::server::api
