#pragma once

#include "server/api/context.hpp"
#include "server/http/request.hpp"
#include "server/rules/question.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace farboot::server::api
{

/// The menu (docs/http-api.md) that answers a PC's question, as JSON.
[[nodiscard]] boost::asio::awaitable<std::string> menu_answer(const Context& context, const http::Request& request,
                                                              rules::Question question);

} // namespace farboot::server::api
