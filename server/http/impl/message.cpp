#include "server/http/impl/message.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <stdexcept>

namespace farboot::server::http
{

namespace wire = boost::beast::http;

namespace
{

Method method_of(wire::verb verb)
{
    switch (verb) {
    case wire::verb::get:
        return Method::get;
    case wire::verb::head:
        return Method::head;
    case wire::verb::post:
        return Method::post;
    case wire::verb::put:
        return Method::put;
    case wire::verb::patch:
        return Method::patch;
    case wire::verb::delete_:
        return Method::remove;
    case wire::verb::options:
        return Method::options;
    default:
        return Method::other;
    }
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

std::vector<std::string_view> all_of(const Request& request, std::string_view name)
{
    std::vector<std::string_view> values;
    for (const auto& [each, value] : request.headers)
        if (each == name)
            values.push_back(value);
    return values;
}

bool is_request_id(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

} // namespace

std::string fresh_request_id()
{
    thread_local std::mt19937_64 numbers(std::random_device{}() + (std::uint64_t{std::random_device{}()} << 32));
    return fmt::format("{:016x}", numbers());
}

Result<Request> to_request(const wire::request_header<>& header, std::string_view peer, const Proxies& proxies,
                           const boost::asio::ip::tcp::endpoint& local, bool tls)
{
    if (header.version() >= 11 && header.count(wire::field::host) != 1)
        return fail("request-malformed", "A request names exactly one Host.");
    Request request;
    request.method = method_of(header.method());
    auto target = parse_target({header.target().data(), header.target().size()});
    if (!target)
        return std::unexpected(target.error());
    request.target = std::move(*target);
    for (const auto& field : header)
        request.headers.emplace_back(lower({field.name_string().data(), field.name_string().size()}),
                                     std::string(field.value().data(), field.value().size()));
    request.client = proxies.client(peer, all_of(request, "x-forwarded-for"));
    request.port = local.port();
    request.id = fresh_request_id();
    if (const auto given = request.header("x-request-id"); given && proxies.contains(peer) && is_request_id(*given))
        request.id = *given; // a proxy's log has it, too
    request.tls = tls;
    return request;
}

std::string header_text(const Response& response, bool keep)
{
    fmt::memory_buffer text;
    const auto end = std::back_inserter(text);
    fmt::format_to(end, "HTTP/1.1 {} {}\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", response.status,
                   phrase_of(response.status), fmt::gmtime(std::time(nullptr)));
    for (const auto& [name, value] : response.headers) {
        if (std::ranges::any_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }))
            throw std::invalid_argument("a line break in the header " + name);
        fmt::format_to(end, "{}: {}\r\n", name, value);
    }
    if (response.status != 204 && response.status != 304 && !response.is_stream())
        fmt::format_to(end, "Content-Length: {}\r\n", response.length());
    fmt::format_to(end, "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n{}\r\n",
                   keep ? "" : "Connection: close\r\n");
    return fmt::to_string(text);
}

} // namespace farboot::server::http
