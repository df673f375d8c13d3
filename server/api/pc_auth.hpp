#pragma once

#include "server/api/context.hpp"
#include "server/catalog/pc_sessions.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <optional>

namespace farboot::server::api
{

/// The header with which a PC shows its session's secret.
inline constexpr std::string_view pc_header = "farboot-pc";

/// The PC that asks, if it has shown the secret of a session that goes on.
[[nodiscard]] boost::asio::awaitable<std::optional<catalog::PcSession>> asking_pc(const Context& context,
                                                                                  const http::Request& request);

/// The same, if the PC is enrolled and its session began with its key.
[[nodiscard]] boost::asio::awaitable<std::optional<catalog::Pc>> enrolled_pc(const Context& context,
                                                                             const http::Request& request);

/// 401 for PCs that have to say hello first.
[[nodiscard]] http::Response pc_unknown();

} // namespace farboot::server::api
