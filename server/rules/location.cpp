#include "server/rules/location.hpp"

#include <algorithm>

namespace farboot::rules
{

namespace
{

constexpr std::size_t max_key = 64;
constexpr std::size_t max_fact = max_dhcp_value + 16;
constexpr std::size_t max_audience = 64;

/// What `parse` makes of each text, in order of the texts. `form`: how one looks.
template <class Key, class Parse>
Parsed<std::vector<Key>> parse_keys(const nlohmann::json& root, const std::string& name, std::string_view form,
                                    Parse parse, std::size_t longest = max_key)
{
    const auto words = parse_words(root, name, max_location_keys, longest);
    if (!words)
        return std::unexpected(words.error());
    std::vector<Key> keys;
    for (const auto& word : *words) {
        const auto key = parse(word);
        if (!key)
            return wrong(name, fmt::format("\"{}\" is none of {}.", word, form));
        keys.push_back(*key);
    }
    std::ranges::sort(keys);
    if (std::ranges::adjacent_find(keys) != keys.end())
        return wrong(name, fmt::format("{} must name each only once.", name));
    return keys;
}

template <class Key>
nlohmann::json texts_of(const std::vector<Key>& keys)
{
    auto texts = nlohmann::json::array();
    for (const auto& key : keys)
        texts.push_back(key.text());
    return texts;
}

/// A wrong field is named "settings.login.servers".
Parsed<settings::Settings> parse_settings(const nlohmann::json& root)
{
    const auto found = root.find("settings");
    if (found == root.end() || found->is_null())
        return settings::Settings();
    auto parsed = settings::Settings::parse(*found);
    if (!parsed)
        return wrong(parsed.error().field.empty() ? "settings" : "settings." + parsed.error().field,
                     parsed.error().sentence);
    return std::move(*parsed);
}

} // namespace

std::string Location::etag() const
{
    return fmt::format("\"l{}-{}\"", id, version);
}

Parsed<Location> Location::parse(std::string_view text)
{
    const auto root =
        parse_object(text, "location",
                     {"id", "etag", "parent", "name", "subnets", "macs", "uuids", "dhcp", "audiences", "settings"});
    if (!root)
        return std::unexpected(root.error());
    Location location;
    const auto parent = parse_id(*root, "parent", "parent");
    if (!parent)
        return std::unexpected(parent.error());
    location.parent = *parent;
    auto name = parse_text(*root, "name", max_name, true);
    if (!name)
        return std::unexpected(name.error());
    location.name = std::move(*name);
    std::string why; // the subnet's own sentence says more
    auto subnets = parse_keys<server::Subnet>(*root, "subnets", "the subnets such as 10.1.0.0/16",
                                              [&](const std::string& word) -> std::optional<server::Subnet> {
                                                  auto subnet = server::Subnet::parse(word);
                                                  if (subnet)
                                                      return *subnet;
                                                  why = subnet.error().sentence;
                                                  return std::nullopt;
                                              });
    if (!subnets)
        return wrong("subnets", why.empty() ? subnets.error().sentence : why);
    location.subnets = std::move(*subnets);
    auto macs = parse_keys<Mac>(*root, "macs", "the addresses of network cards, such as 52:54:00:12:34:56", Mac::parse);
    if (!macs)
        return std::unexpected(macs.error());
    location.macs = std::move(*macs);
    auto uuids = parse_keys<Uuid>(
        *root, "uuids", "the UUIDs that tell PCs apart, such as 4c4c4544-0042-3510-8052-b4c04f4e4d32", Uuid::parse);
    if (!uuids)
        return std::unexpected(uuids.error());
    location.uuids = std::move(*uuids);
    auto dhcp =
        parse_keys<DhcpFact>(*root, "dhcp",
                             "the DHCP facts domain=, hostname=, server= and option-224= to option-227=, such as "
                             "domain=chem.example.org",
                             DhcpFact::parse, max_fact);
    if (!dhcp)
        return std::unexpected(dhcp.error());
    location.dhcp = std::move(*dhcp);
    auto audiences = parse_words(*root, "audiences", max_location_audiences, max_audience);
    if (!audiences)
        return std::unexpected(audiences.error());
    location.audiences = std::move(*audiences);
    auto settings = parse_settings(*root);
    if (!settings)
        return std::unexpected(settings.error());
    location.settings = std::move(*settings);
    return location;
}

nlohmann::json Location::to_json() const
{
    return {{"id", id},
            {"parent", parent ? nlohmann::json(*parent) : nlohmann::json(nullptr)},
            {"name", text_json(name)},
            {"subnets", texts_of(subnets)},
            {"macs", texts_of(macs)},
            {"uuids", texts_of(uuids)},
            {"dhcp", texts_of(dhcp)},
            {"audiences", audiences},
            {"settings", settings.to_json()}};
}

} // namespace farboot::rules
