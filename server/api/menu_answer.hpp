#pragma once

#include "server/api/context.hpp"
#include "server/catalog/pc_sessions.hpp"
#include "server/http/request.hpp"
#include "server/rules/question.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

namespace farboot::server::api
{

/// The menu (docs/http-api.md) that answers a PC's question, as JSON; with its session that of who has logged in there.
[[nodiscard]] boost::asio::awaitable<std::string> menu_answer(const Context& context, const http::Request& request,
                                                              rules::Question question,
                                                              const std::optional<catalog::PcSession>& session);

} // namespace farboot::server::api
