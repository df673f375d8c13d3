#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// A value for the query of a URL: what is no unreserved character is percent-encoded (RFC 3986 section 2.3).
[[nodiscard]] inline std::string in_query(std::string_view text)
{
    std::string escaped;
    for (const char c : text)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_' || c == '~')
            escaped += c;
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return escaped;
}

} // namespace farboot::rootfs
