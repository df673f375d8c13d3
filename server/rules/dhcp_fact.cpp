#include "server/rules/dhcp_fact.hpp"

#include "server/net/address.hpp"

#include <algorithm>
#include <array>

namespace farboot::rules
{

namespace
{

constexpr std::array<std::string_view, 4> site_options{"option-224", "option-225", "option-226", "option-227"};

bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// A host's or domain's, in lower case and without the dot of the root at its end; empty: it is none.
std::string host_name(std::string_view text)
{
    if (text.ends_with('.'))
        text.remove_suffix(1);
    std::string name;
    for (const char c : text)
        name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto has_empty_label = name.ends_with('.') || name.contains("..");
    return std::ranges::all_of(name, is_name_character) && !has_empty_label ? name : std::string();
}

/// The value as it is compared; empty: it is none.
std::string value_of(std::string_view name, std::string_view value)
{
    if (name == "domain" || name == "hostname")
        return host_name(value);
    if (name == "server") {
        const auto address = server::Address::parse(value);
        return address && address->v4 ? address->text() : std::string();
    }
    const bool known = std::ranges::find(site_options, name) != site_options.end();
    return known && std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; }) ? std::string(value) : "";
}

} // namespace

std::optional<DhcpFact> DhcpFact::parse(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || text.size() - equals - 1 > max_dhcp_value)
        return std::nullopt;
    const auto name = text.substr(0, equals);
    const auto value = value_of(name, text.substr(equals + 1));
    if (value.empty())
        return std::nullopt;
    return DhcpFact{std::string(name) + "=" + value};
}

int DhcpFact::exactness() const
{
    constexpr std::array<std::string_view, 4> order{"server", "domain", "option", "hostname"};
    const auto found = std::ranges::find_if(order, [this](std::string_view name) { return bytes.starts_with(name); });
    return static_cast<int>(found - order.begin());
}

} // namespace farboot::rules
