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

void log_request(const Finished& request)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(request.took).count();
    const auto level = request.status >= 500                          ? spdlog::level::err
                       : request.status >= 400 || request.status == 0 ? spdlog::level::warn
                                                                      : spdlog::level::info;
    const auto or_dash = [](std::string_view text) { return text.empty() ? std::string_view("-") : text; };
    spdlog::log(level, "event=request id={} method={} path=\"{}\" status={} code={} client={} who={} bytes={} ms={}",
                request.id, request.method, printable(request.target), request.status, printable(or_dash(request.code)),
                request.client, printable(or_dash(request.who)), request.bytes, ms);
}

void log_exception(std::string_view id, std::string_view where, std::string_view what)
{
    spdlog::error("event=exception id={} where=\"{}\" what=\"{}\"", id, printable(where), one_line(what));
}

void log_note(std::string_view event, std::string_view client, std::string_view detail)
{
    spdlog::info("event={} client={} detail=\"{}\"", event, client, one_line(detail));
}

} // namespace farboot::server::http
