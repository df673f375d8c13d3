#include "server/http/proxies.hpp"

#include <algorithm>
#include <ranges>

namespace farboot::server::http
{

namespace
{

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

bool Proxies::contains(std::string_view address) const
{
    const auto parsed = Address::parse(address);
    return parsed && std::ranges::any_of(subnets_, [&](const Subnet& subnet) { return subnet.contains(*parsed); });
}

std::string Proxies::client(std::string_view peer, const std::vector<std::string_view>& forwarded) const
{
    std::string client(peer);
    for (auto list : forwarded | std::views::reverse) {
        while (contains(client)) {
            const auto comma = list.rfind(',');
            const auto address = Address::parse(trimmed(list.substr(comma == std::string_view::npos ? 0 : comma + 1)));
            if (!address) // nonsense: the proxy itself is all that is certain
                return client;
            client = address->text();
            if (comma == std::string_view::npos)
                break;
            list = list.substr(0, comma);
        }
    }
    return client;
}

} // namespace farboot::server::http
