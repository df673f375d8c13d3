#pragma once

#include "server/http/observer.hpp"

#include <string_view>

namespace farboot::server::http
{

/// One line for each. Of the target the path alone gets into it, cut and escaped; no header, and no body.
void log_request(const Finished& request);
/// `id`: the request's, or "-".
void log_exception(std::string_view id, std::string_view where, std::string_view what);
void log_note(std::string_view event, std::string_view client, std::string_view detail);

} // namespace farboot::server::http
