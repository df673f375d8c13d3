#pragma once

#include "server/catalog/pc.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"
#include "server/rules/question.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string_view>

namespace farboot::server::api
{

/// What a PC asks for its menu with, in the query (docs/http-api.md): its address is the connection's, the rest is its
/// own word. A MAC or UUID that names no PC is firmware's doing, and is passed over; what else is wrong gets a 400.
[[nodiscard]] std::expected<rules::Question, http::Response> question_of_pc(const http::Request& request,
                                                                            std::chrono::sys_seconds now);

/// A connection's address; a link-local one names its link, too, which says nothing here.
[[nodiscard]] std::optional<Address> address_of(std::string_view client);

/// What the rules are asked about a registered PC, from the address that it had last.
[[nodiscard]] rules::Pc known_pc(const catalog::PcFacts& facts, bool enrolled);

/// The same from the address where it is now.
[[nodiscard]] rules::Pc known_at(const catalog::PcFacts& facts, bool enrolled, const std::optional<Address>& address);

/// What an admin asks about a PC, an address and a time of his choice among it. Whatever is wrong gets a 400.
[[nodiscard]] std::expected<rules::Question, http::Response> question_of_admin(const http::Request& request,
                                                                               std::chrono::sys_seconds now);

} // namespace farboot::server::api
