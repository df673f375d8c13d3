#include "server/api/hosts.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace farboot::server::api
{

namespace
{

struct HostAndPort {
    std::string host;
    std::uint16_t port = 0;
};

/// Port 0: none was given, or none that is a number.
HostAndPort split(std::string_view header)
{
    HostAndPort result;
    std::size_t end = header.find(':');
    if (header.starts_with('[')) {
        const auto close = header.find(']');
        if (close == std::string_view::npos)
            return result;
        result.host = header.substr(1, close - 1);
        end = header.find(':', close);
    } else {
        result.host = header.substr(0, end);
    }
    for (char& c : result.host)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (end == std::string_view::npos)
        return result;
    result.port = rootfs::to_number<decltype(result.port)>(header.substr(end + 1)).value_or(0);
    return result;
}

} // namespace

void Hosts::replace(std::vector<std::string> names)
{
    std::lock_guard lock(mutex_);
    names_ = std::move(names);
}

std::string Hosts::name(const http::Request& request) const
{
    const auto host = split(request.header("host").value_or("")).host;
    std::lock_guard lock(mutex_);
    if (std::ranges::find(names_, host) != names_.end())
        return host;
    return names_.empty() ? "localhost" : names_.front();
}

std::string Hosts::origin(const http::Request& request) const
{
    const std::string_view scheme = request.tls ? "https" : "http";
    const std::uint16_t usual = request.tls ? 443 : 80;
    auto [host, port] = split(request.header("host").value_or(""));
    {
        std::lock_guard lock(mutex_);
        if (std::ranges::find(names_, host) == names_.end()) {
            host = names_.empty() ? "localhost" : names_.front();
            port = request.port;
        }
    }
    if (host.find(':') != std::string::npos)
        host = '[' + host + ']';
    if (port == 0 || port == usual)
        return fmt::format("{}://{}", scheme, host);
    return fmt::format("{}://{}:{}", scheme, host, port);
}

} // namespace farboot::server::api
