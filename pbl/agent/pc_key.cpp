#include "pbl/agent/pc_key.hpp"

#include "rootfs/base/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace farboot::agent
{

namespace
{

/// In lower case, without brackets.
std::string plain_host_of(std::string_view url)
{
    auto part = host_of(url);
    if (part.starts_with('['))
        part = part.substr(1, part.find(']') - 1);
    std::string host(part);
    std::ranges::transform(host, host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return host;
}

} // namespace

std::string proof_message(std::string_view server, std::string_view challenge)
{
    return fmt::format("farboot-pc-1\n{}\n{}", plain_host_of(server), challenge);
}

} // namespace farboot::agent
