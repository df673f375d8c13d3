#include "server/rules/identity.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace farboot::rules
{

namespace
{

/// Firmware that nobody has filled in.
constexpr std::array<std::string_view, 4> shared_uuids{
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009"};

int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool read_hex(std::string_view digits, std::span<std::uint8_t> into)
{
    if (digits.size() != 2 * into.size())
        return false;
    for (std::size_t i = 0; i < into.size(); ++i) {
        const int high = digit(digits[2 * i]);
        const int low = digit(digits[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        into[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

} // namespace

std::optional<Mac> Mac::parse(std::string_view text)
{
    if (text.size() != 17)
        return std::nullopt;
    const char separator = text[2];
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i % 3 != 2)
            digits += text[i];
        else if (text[i] != separator)
            return std::nullopt;
    Mac mac;
    if ((separator != ':' && separator != '-') || !read_hex(digits, mac.bytes) || mac == Mac() || mac.bytes[0] & 1)
        return std::nullopt;
    return mac;
}

std::string Mac::text() const
{
    return fmt::format("{:02x}", fmt::join(bytes, ":"));
}

std::optional<Uuid> Uuid::parse(std::string_view text)
{
    if (text.size() != 36)
        return std::nullopt;
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i != 8 && i != 13 && i != 18 && i != 23)
            digits += text[i];
        else if (text[i] != '-')
            return std::nullopt;
    Uuid uuid;
    if (!read_hex(digits, uuid.bytes) || std::ranges::find(shared_uuids, uuid.text()) != shared_uuids.end())
        return std::nullopt;
    return uuid;
}

std::string Uuid::text() const
{
    const std::span all(bytes);
    const auto part = [&](std::size_t from, std::size_t count) {
        return fmt::format("{:02x}", fmt::join(all.subspan(from, count), ""));
    };
    return fmt::format("{}-{}-{}-{}-{}", part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 6));
}

} // namespace farboot::rules
