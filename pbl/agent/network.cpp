#include "pbl/agent/network.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace farboot::agent
{

namespace
{

constexpr auto mac_characters = "0123456789abcdef:";
constexpr auto address_characters = "0123456789./";
constexpr auto dns_characters = "0123456789abcdef.:";

bool consists_of(std::string_view text, std::string_view characters)
{
    return !text.empty() && text.size() <= 64 && text.find_first_not_of(characters) == std::string_view::npos;
}

std::string text_of(const nlohmann::json& json, const char* name)
{
    const auto member = json.find(name);
    return member != json.end() && member->is_string() ? member->get<std::string>() : "";
}

/// A site's own option comes in hexadecimal digits; empty: it is no printable text.
std::string option_text(std::string_view hex)
{
    std::string text;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        int c = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, c, 16);
        if (c < 0x20 || c > 0x7e)
            return "";
        text += static_cast<char>(c);
    }
    return text;
}

/// What the DHCP client's script calls by the client's names.
std::vector<std::string> dhcp_facts(const nlohmann::json& said)
{
    std::vector<std::string> facts;
    for (const auto& [name, fact] :
         {std::pair("domain", "domain"), std::pair("hostname", "hostname"), std::pair("serverid", "server"),
          std::pair("opt224", "option-224"), std::pair("opt225", "option-225"), std::pair("opt226", "option-226"),
          std::pair("opt227", "option-227")}) {
        auto value = said.is_object() ? text_of(said, name) : "";
        if (std::string_view(name).starts_with("opt"))
            value = option_text(value);
        if (!value.empty() && value.size() <= 64)
            facts.push_back(fmt::format("{}={}", fact, value));
    }
    return facts;
}

} // namespace

Result<Network> Network::parse(std::string_view text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || json.value("version", nlohmann::json()) != 1)
        return fail("network-malformed", "network.json is not JSON of version 1.");
    Network network;
    network.json = text;
    network.mac = text_of(json, "mac");
    network.address = text_of(json, "address");
    network.gateway = text_of(json, "gateway");
    if (!consists_of(network.mac, mac_characters))
        return fail("network-malformed", "\"mac\" of network.json is not a hardware address in lower case.");
    if (!consists_of(network.address, address_characters))
        return fail("network-malformed", "\"address\" of network.json is not an IPv4 address with a prefix length.");
    if (!network.gateway.empty() && !consists_of(network.gateway, address_characters))
        return fail("network-malformed", "\"gateway\" of network.json is not an IPv4 address.");
    if (const auto dns = json.find("dns"); dns != json.end()) {
        if (!dns->is_array() || dns->size() > 8)
            return fail("network-malformed", "\"dns\" of network.json is not a list of at most 8 addresses.");
        for (const auto& server : *dns) {
            if (!server.is_string() || !consists_of(server.get<std::string>(), dns_characters))
                return fail("network-malformed", "\"dns\" of network.json holds something else than an address.");
            network.dns.push_back(server);
        }
    }
    if (const auto mtu = json.find("mtu"); mtu != json.end() && mtu->is_number_unsigned())
        network.mtu = mtu->get<unsigned>();
    if (const auto lease = json.find("lease"); lease != json.end() && lease->is_number_unsigned())
        network.lease = lease->get<unsigned>();
    if (const auto dhcp = json.find("dhcp"); dhcp != json.end())
        network.dhcp = dhcp_facts(*dhcp);
    return network;
}

std::string Network::environment() const
{
    std::string text = fmt::format("MAC={}\nADDRESS={}\n", mac, address);
    if (!gateway.empty())
        text += fmt::format("GATEWAY={}\n", gateway);
    if (!dns.empty())
        text += fmt::format("DNS={}\n", fmt::join(dns, " "));
    if (mtu != 0)
        text += fmt::format("MTU={}\n", mtu);
    if (lease != 0)
        text += fmt::format("LEASE={}\n", lease);
    return text;
}

} // namespace farboot::agent
