#include "rootfs/fetch/magic_packet.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::rootfs
{

namespace
{

using Bytes = std::array<unsigned char, 6>;

std::optional<Bytes> parse_mac(std::string_view text)
{
    Bytes bytes{};
    if (text.size() != 17)
        return std::nullopt;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto* begin = text.data() + 3 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, bytes[i], 16);
        if (error != std::errc() || end != begin + 2 || (i < 5 && *end != ':'))
            return std::nullopt;
    }
    return bytes;
}

struct Socket {
    int number = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    Socket() = default;
    ~Socket()
    {
        if (number >= 0)
            ::close(number);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
};

std::vector<in_addr> broadcast_addresses()
{
    ifaddrs* first = nullptr;
    if (getifaddrs(&first) != 0)
        return {};
    const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(first, freeifaddrs);
    std::vector<in_addr> found;
    for (const auto* each = first; each != nullptr; each = each->ifa_next) {
        const bool fits = (each->ifa_flags & IFF_UP) != 0 && (each->ifa_flags & IFF_BROADCAST) != 0;
        if (!fits || each->ifa_broadaddr == nullptr || each->ifa_broadaddr->sa_family != AF_INET)
            continue;
        sockaddr_in address{};
        std::memcpy(&address, each->ifa_broadaddr, sizeof address);
        found.push_back(address.sin_addr);
    }
    return found;
}

} // namespace

Result<void> send_magic_packet(std::string_view mac, const std::vector<std::string>& networks)
{
    const auto bytes = parse_mac(mac);
    if (!bytes)
        return fail("mac-malformed", "\"{}\" is no network card's address.", mac.substr(0, 32));
    std::array<unsigned char, 6 + 16 * 6> packet{};
    packet.fill(0xff);
    for (std::size_t i = 6; i < packet.size(); i += 6)
        std::memcpy(&packet[i], bytes->data(), bytes->size());

    auto addresses = broadcast_addresses();
    for (const auto& network : networks)
        if (in_addr address{}; inet_pton(AF_INET, network.c_str(), &address) == 1)
            addresses.push_back(address);
    const Socket socket;
    if (socket.number < 0)
        return fail("no-network", "No magic packet can be sent: {}.", std::strerror(errno));
    const int yes = 1;
    setsockopt(socket.number, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes);
    int sent = 0;
    int error = ENETUNREACH;
    for (const auto& address : addresses) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(9);
        to.sin_addr = address;
        if (sendto(socket.number, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) >
            0)
            ++sent;
        else
            error = errno;
    }
    if (sent == 0)
        return fail("no-network", "The magic packet for {} could not be sent: {}.", mac, std::strerror(error));
    return {};
}

void wake_all(const nlohmann::json& macs)
{
    constexpr std::size_t most = 64;
    if (!macs.is_array())
        return;
    for (std::size_t i = 0; i < std::min(macs.size(), most); ++i)
        if (macs[i].is_string())
            static_cast<void>(send_magic_packet(macs[i].get_ref<const std::string&>()));
}

} // namespace farboot::rootfs
