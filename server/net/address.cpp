#include "server/net/address.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace farboot::server
{

namespace
{

constexpr std::size_t max_text = 45; // INET6_ADDRSTRLEN without its NUL
constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::string shown(std::string_view text)
{
    return std::string(text.substr(0, 64));
}

} // namespace

std::optional<Address> Address::parse(std::string_view text)
{
    if (text.empty() || text.size() > max_text || text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string copy(text);
    Address address;
    if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) {
        address.v4 = true;
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1)
        return std::nullopt;
    if (!std::equal(mapped.begin(), mapped.end(), address.bytes.begin()))
        return address;
    Address plain;
    plain.v4 = true;
    std::copy_n(address.bytes.begin() + 12, 4, plain.bytes.begin());
    return plain;
}

std::string Address::text() const
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    return ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data(), buffer.data(), buffer.size());
}

Address Address::masked(int prefix) const
{
    Address result = *this;
    for (std::size_t i = 0; i < result.bytes.size(); ++i) {
        const int keep = std::clamp(prefix - static_cast<int>(i) * 8, 0, 8);
        result.bytes[i] = static_cast<std::uint8_t>(result.bytes[i] & (0xff00 >> keep));
    }
    return result;
}

bool Subnet::contains(const Address& address) const
{
    return address.v4 == network.v4 && address.masked(prefix) == network;
}

std::string Subnet::text() const
{
    return fmt::format("{}/{}", network.text(), prefix);
}

Result<Subnet> Subnet::parse(std::string_view text)
{
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address)
        return fail("subnet-malformed", "\"{}\" is not a subnet such as 10.1.0.0/16 or 2001:db8::/32.", shown(text));
    Subnet subnet{*address, address->bits()};
    if (slash != std::string_view::npos) {
        subnet.prefix = rootfs::to_number<int>(text.substr(slash + 1)).value_or(-1);
        if (subnet.prefix < 0 || subnet.prefix > address->bits())
            return fail("subnet-malformed", "The length of the subnet \"{}\" must be a number from 0 to {}.",
                        shown(text), address->bits());
    }
    subnet.network = address->masked(subnet.prefix);
    if (subnet.network != *address)
        return fail("subnet-malformed", "{} has bits behind its length: is {} meant, or another length?", shown(text),
                    subnet.text());
    return subnet;
}

} // namespace farboot::server
