#include "pbl/agent/pc_key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace farboot::agent
{

namespace
{

/// The host of a URL in lower case, without port and brackets.
std::string host_of(std::string_view url)
{
    const auto scheme = url.find("://");
    auto rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
    rest = rest.substr(0, rest.find('/'));
    if (rest.starts_with('['))
        rest = rest.substr(1, rest.find(']') - 1);
    else
        rest = rest.substr(0, rest.find(':'));
    std::string host(rest);
    std::ranges::transform(host, host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return host;
}

} // namespace

std::string proof_message(std::string_view server, std::string_view challenge)
{
    return fmt::format("farboot-pc-1\n{}\n{}", host_of(server), challenge);
}

} // namespace farboot::agent
