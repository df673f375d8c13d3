#include "server/api/audience.hpp"

#include "server/api/pc_auth.hpp"
#include "server/api/pc_person.hpp"
#include "server/api/question.hpp"

#include <algorithm>

namespace farboot::server::api
{

boost::asio::awaitable<bool> belongs_to(const Context& context, const http::Request& request,
                                        const std::string& audience)
{
    if (context.audiences.admits(audience, request.client))
        co_return true;
    const auto session = co_await asking_pc(context, request);
    if (!session)
        co_return false;
    const auto person = co_await person_at_pc(context, request, session);
    if (person && person->rights.on(people::Right::read_restricted, people::audience_object(audience)))
        co_return true;
    const auto pc = co_await enrolled_pc(context, request);
    if (!pc)
        co_return false;
    const auto snapshot = co_await context.snapshots.current();
    const auto audiences = snapshot->rules->audiences_of(known_at(pc->facts, true, address_of(request.client)));
    co_return std::ranges::count(audiences, audience) > 0;
}

} // namespace farboot::server::api
