#include "rootfs/settings/sources.hpp"

#include "rootfs/settings/checks.hpp"

namespace farboot::settings
{

Parsed<Sources> Sources::parse(const Json& value)
{
    const Json object{{"sources", value}};
    Members members(object, "A list of stores", "", {"sources"});
    Sources sources;
    // What a PC shows to read images that are not for everybody must not go over the network as it is.
    sources.list = members.texts(
        "sources", most, 256, [](std::string_view text) { return is_url(text, {"https"}); },
        "the address of a store, such as https://cache.example.org/store, without a password");
    if (const auto& wrong = members.wrong())
        return std::unexpected(Wrong{"", wrong->sentence});
    return sources;
}

} // namespace farboot::settings
