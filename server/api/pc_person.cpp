#include "server/api/pc_person.hpp"

#include "server/api/question.hpp"
#include "server/catalog/grants.hpp"

#include <algorithm>

namespace farboot::server::api
{

bool may_log_in_at(const Context& context, const http::Request& request,
                   const std::optional<catalog::PcSession>& session)
{
    if (!session)
        return false;
    const auto address = address_of(request.client);
    return session->enrolled || (address && std::ranges::any_of(context.login_networks, [&](const Subnet& network) {
                                     return network.contains(*address);
                                 }));
}

boost::asio::awaitable<std::optional<PcPerson>> person_at_pc(const Context& context, const http::Request& request,
                                                             const std::optional<catalog::PcSession>& session)
{
    if (!may_log_in_at(context, request, session))
        co_return std::nullopt;
    co_return co_await context.database.read([&](catalog::Connection& connection) -> std::optional<PcPerson> {
        auto user = catalog::person_at(connection, session->pc);
        if (!user)
            return std::nullopt;
        const auto id = user->id;
        return PcPerson{std::move(*user), catalog::group_names_of(connection, id),
                        catalog::rights_of_user(connection, id), catalog::favourites_of(connection, id)};
    });
}

} // namespace farboot::server::api
