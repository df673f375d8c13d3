#include "rootfs/settings/checks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace farboot::settings
{

namespace
{

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_ipv6(std::string_view text)
{
    in6_addr address{};
    return text.size() < INET6_ADDRSTRLEN && ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool is_port(std::string_view text)
{
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) &&
           std::stoi(std::string(text)) <= 65535;
}

/// Length of the UTF-8 sequence of a printable character at the start; 0: there is none.
std::size_t printable_at(std::string_view text)
{
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80)
        return first >= 0x20 && first != 0x7f ? 1 : 0;
    const std::size_t length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (length == 0 || first >= 0xf5 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80)
            return 0;
    const auto second = static_cast<unsigned char>(text[1]);
    const bool odd = (first == 0xc2 && second < 0xa0)     // C1
                     || (first == 0xe0 && second < 0xa0)  // too long
                     || (first == 0xed && second >= 0xa0) // surrogates
                     || (first == 0xe2 && second == 0x80 && static_cast<unsigned char>(text[2]) >= 0xa8 &&
                         static_cast<unsigned char>(text[2]) <= 0xae) // line separators, direction
                     || (first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90);
    return odd ? 0 : length;
}

} // namespace

bool is_made_of(std::string_view text, std::string_view others)
{
    return std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c) || others.contains(c); });
}

bool is_host(std::string_view text)
{
    if (is_ipv6(text))
        return true;
    return !text.empty() && text.size() <= 253 && is_made_of(text, ".-") && is_made_of(text.substr(0, 1), "") &&
           text.back() != '.' && text.back() != '-' && !text.contains("..");
}

bool is_url_host(std::string_view text)
{
    if (text.starts_with('['))
        return text.ends_with(']') && is_ipv6(text.substr(1, text.size() - 2));
    return is_host(text) && !text.contains(':');
}

bool is_path(std::string_view text)
{
    return text.starts_with('/') && is_made_of(text, "/._-+@") && !("/" + std::string(text) + "/").contains("/../");
}

bool is_url(std::string_view text, std::initializer_list<std::string_view> schemes)
{
    const auto colon = text.find("://");
    if (colon == text.npos || std::ranges::find(schemes, text.substr(0, colon)) == schemes.end())
        return false;
    auto rest = text.substr(colon + 3);
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto path = rest.substr(slash);
    auto host = rest.substr(0, slash);
    if (const auto port = host.rfind(':'); port != host.npos && !host.ends_with(']')) {
        if (!is_port(host.substr(port + 1)))
            return false;
        host = host.substr(0, port);
    }
    return is_url_host(host) && (path.empty() || is_path(path));
}

bool is_plain(std::string_view text)
{
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.find_first_of("\"\\#;$%<>`") != text.npos)
        return false;
    while (!text.empty()) {
        const auto length = printable_at(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

bool is_name(std::string_view text)
{
    return !text.empty() && is_made_of(text, "._-") && text.front() != '-' && text.front() != '.';
}

bool is_time(std::string_view text)
{
    return text.size() == 5 && text[2] == ':' && is_digit(text[0]) && is_digit(text[1]) && is_digit(text[3]) &&
           is_digit(text[4]) && text.substr(0, 2) < "24" && text[3] < '6';
}

} // namespace farboot::settings
