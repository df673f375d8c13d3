#include "server/http/impl/log.hpp"

#include <spdlog/spdlog.h>

namespace farboot::server::http
{

namespace
{

/// The path of a target, safe to print in one quoted word.
std::string printable(std::string_view target)
{
    target = target.substr(0, target.find('?'));
    constexpr std::size_t most = 200;
    std::string result;
    for (const char c : target.substr(0, most)) {
        if (c > 0x20 && c < 0x7f && c != '"' && c != '\\')
            result += c;
        else
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    if (target.size() > most)
        result += "...";
    return result;
}

/// Text that others have written, as one line that ends where its quotes do.
std::string one_line(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c == '"' ? '\'' : c;
    return result;
}

} // namespace

void log_failed(const FailedRequest& request)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(request.took).count();
    spdlog::log(request.status >= 500 ? spdlog::level::err : spdlog::level::warn,
                "event=request method={} path=\"{}\" status={} code={} client={} ms={}", request.method,
                printable(request.target), request.status, request.code, request.client, ms);
}

void log_exception(std::string_view where, std::string_view what)
{
    spdlog::error("event=exception where=\"{}\" what=\"{}\"", printable(where), one_line(what));
}

void log_note(std::string_view event, std::string_view client, std::string_view detail)
{
    spdlog::info("event={} client={} detail=\"{}\"", event, client, one_line(detail));
}

} // namespace farboot::server::http
