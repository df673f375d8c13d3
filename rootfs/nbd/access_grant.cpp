#include "rootfs/nbd/access_grant.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_token_bytes = 512;
constexpr std::size_t max_query_bytes = 8192;
constexpr std::uint64_t max_seconds = 24 * 3600;

/// It becomes a header: a line break in it would start another one.
bool is_token(const std::string& text)
{
    const auto is_printable = [](char c) { return c > 0x20 && c < 0x7f; };
    return !text.empty() && text.size() <= max_token_bytes && std::ranges::all_of(text, is_printable);
}

/// It becomes a part of an address.
bool is_query(const std::string& text)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~%&=").find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= max_query_bytes && std::ranges::all_of(text, fits);
}

} // namespace

std::optional<AccessGrant> AccessGrant::parse(std::string_view text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        return std::nullopt;
    const auto seconds = json.find("seconds");
    if (seconds == json.end() || !seconds->is_number_unsigned() || *seconds == 0)
        return std::nullopt;
    AccessGrant grant;
    grant.life = std::chrono::seconds(std::min(seconds->get<std::uint64_t>(), max_seconds));
    if (const auto token = json.find("token"); token != json.end()) {
        if (!token->is_string() || !is_token(token->get_ref<const std::string&>()))
            return std::nullopt;
        grant.token = *token;
        return grant;
    }
    const auto queries = json.find("queries");
    if (queries == json.end() || !queries->is_object())
        return std::nullopt;
    for (const auto& [path, query] : queries->items()) {
        if (!query.is_string() || !is_query(query.get_ref<const std::string&>()))
            return std::nullopt;
        grant.queries.emplace(path, query);
    }
    return grant;
}

} // namespace farboot::rootfs
