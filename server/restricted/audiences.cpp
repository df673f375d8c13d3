#include "server/restricted/audiences.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/base/number.hpp"
#include "rootfs/record/record.hpp"
#include "server/base/lasting.hpp"
#include "server/trust/secret.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace farboot::server
{

namespace
{

/// base64url of RFC 4648 without padding, as secure_link wants it.
std::string base64url(Bytes data)
{
    auto text = base64(data);
    std::erase(text, '=');
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

} // namespace

Result<void> Audiences::add(std::string_view option)
{
    const auto equals = option.find('=');
    const auto name = option.substr(0, equals);
    if (!rootfs::is_series_name(name))
        return fail("usage",
                    "--restricted takes an audience and its networks, such as exam=10.1.0.0/16,2001:db8:1::/48, not "
                    "\"{}\".",
                    option);
    auto& networks = networks_[std::string(name)];
    auto rest = equals == std::string_view::npos ? "" : option.substr(equals + 1);
    while (!rest.empty()) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto network = Subnet::parse(rest.substr(0, comma));
        if (!network)
            return std::unexpected(network.error());
        networks.push_back(*network);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return {};
}

std::vector<std::string> Audiences::names() const
{
    std::vector<std::string> names;
    names.reserve(networks_.size());
    for (const auto& [name, networks] : networks_)
        names.push_back(name);
    return names;
}

std::vector<std::string> Audiences::of(const std::optional<Address>& address) const
{
    std::vector<std::string> found;
    for (const auto& [name, networks] : networks_)
        if (address && std::ranges::any_of(networks, [&](const Subnet& network) { return network.contains(*address); }))
            found.push_back(name);
    return found;
}

bool Audiences::admits(std::string_view audience, std::string_view client) const
{
    return audience.empty() || std::ranges::count(of(Address::parse(client)), audience) > 0;
}

std::string Audiences::check_value(std::string_view audience, std::string_view until) const
{
    // nginx: secure_link_md5 "$secure_link_expires $farboot_audience $farboot_secret"
    const auto text = fmt::format("{} {} {}", until, audience, secret_);
    std::array<std::byte, 16> md5{};
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(md5.data()), nullptr, EVP_md5(),
                   nullptr) != 1)
        throw std::runtime_error("OpenSSL has no MD5, with which nginx checks tokens.");
    return base64url(md5);
}

std::string Audiences::token(std::string_view audience, std::chrono::sys_seconds now) const
{
    const auto until = fmt::format("{}", (now + token_life).time_since_epoch().count());
    return check_value(audience, until) + "," + until;
}

bool Audiences::accepts(std::string_view audience, std::string_view token, std::chrono::sys_seconds now) const
{
    const auto comma = token.find(',');
    if (comma == std::string_view::npos || !knows(audience))
        return false;
    const auto until = token.substr(comma + 1);
    const auto seconds = rootfs::to_number<std::int64_t>(until);
    if (!seconds || *seconds < now.time_since_epoch().count() ||
        *seconds > latest_end(now, token_life).time_since_epoch().count())
        return false;
    return same_secret(token.substr(0, comma), check_value(audience, until));
}

} // namespace farboot::server
