#pragma once

#include "server/api/context.hpp"
#include "server/catalog/pc_logins.hpp"
#include "server/catalog/pc_sessions.hpp"
#include "server/http/request.hpp"
#include "server/people/rights.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace farboot::server::api
{

/// Who sits at the PC that asks.
struct PcPerson {
    people::User user;
    std::vector<std::string> groups; ///< names
    people::Rights rights;
    std::vector<std::int64_t> favourites;
};

/// Whether people may log in at the PC: it is enrolled, or in one of the networks that were declared for that. Anything
/// else could be a stranger's computer that says to be one of these (design.md, decision 9).
[[nodiscard]] bool may_log_in_at(const Context& context, const http::Request& request,
                                 const std::optional<catalog::PcSession>& session);

/// Nothing where nobody has logged in, or nobody may (any more).
[[nodiscard]] boost::asio::awaitable<std::optional<PcPerson>>
person_at_pc(const Context& context, const http::Request& request, const std::optional<catalog::PcSession>& session);

} // namespace farboot::server::api
