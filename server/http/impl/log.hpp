#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace farboot::server::http
{

/// What the log says of a request that failed. No query, header or body gets into it.
struct FailedRequest {
    std::string_view method;
    std::string_view target; ///< as it came; is cut and escaped
    int status = 0;          ///< 0: no answer could be given
    std::string_view code;
    std::string_view client;
    std::chrono::steady_clock::duration took{};
};

void log_failed(const FailedRequest& request);
void log_exception(std::string_view where, std::string_view what);
void log_note(std::string_view event, std::string_view client, std::string_view detail);

} // namespace farboot::server::http
