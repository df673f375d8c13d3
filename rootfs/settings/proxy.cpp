#include "rootfs/settings/proxy.hpp"

#include "rootfs/settings/checks.hpp"

namespace farboot::settings
{

Parsed<Proxy> Proxy::parse(const Json& value)
{
    Members members(value, "A proxy", R"({"url": "http://proxy.example.org:3128", "except": [".example.org"]})",
                    {"url", "except"});
    Proxy proxy;
    proxy.url = members
                    .text(
                        "url", 256, [](std::string_view text) { return is_url(text, {"http", "https"}); },
                        "an address such as http://proxy.example.org:3128, without a password")
                    .value_or("");
    proxy.except = members.texts(
        "except", 50, 128, [](std::string_view text) { return is_made_of(text, ".-:/*[]"); },
        "a host, a domain such as .example.org, or a network");
    if (proxy.url.empty() && !proxy.except.empty())
        members.refuse("url", "url is missing: without a proxy there are no exceptions.");
    return members.result(std::move(proxy));
}

Json Proxy::to_json() const
{
    if (url.empty())
        return {{"url", nullptr}};
    Json json{{"url", url}};
    if (!except.empty())
        json["except"] = except;
    return json;
}

} // namespace farboot::settings
