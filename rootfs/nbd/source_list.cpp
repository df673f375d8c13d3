#include "rootfs/nbd/source_set.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_url_bytes = 1024;

/// Empty if the URL can be used, else what is wrong with it.
std::string complaint_about(std::string_view url)
{
    if (url.size() > max_url_bytes)
        return "is too long";
    const auto scheme = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
    if (scheme == 0)
        return "is not an absolute https:// address";
    if (std::ranges::any_of(url, [](unsigned char c) { return c <= 0x20 || c >= 0x7f || c == '"' || c == '\\'; }))
        return "has characters that an address cannot have";
    const auto host = url.substr(scheme, url.find('/', scheme) - scheme);
    if (host.empty())
        return "names no host";
    if (host.contains('@'))
        return "has a user name in it";
    if (url.find_first_of("?#") != url.npos)
        return "has a query or fragment";
    return {};
}

} // namespace

Result<std::string> parse_source(std::string_view url)
{
    if (const auto complaint = complaint_about(url); !complaint.empty())
        return fail("sources-malformed", "The store's address '{}' cannot be used: it {}.", url.substr(0, 200),
                    complaint);
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return std::string(url);
}

Result<SourceList> parse_sources(std::string_view json)
{
    const auto malformed = [](const std::string& what) {
        return fail("sources-malformed", "The list of sources cannot be used: {}.", what);
    };
    const auto document = nlohmann::json::parse(json, nullptr, false);
    if (!document.is_object())
        return malformed("it is not a JSON object");
    if (document.value("version", nlohmann::json()) != 1)
        return malformed("its version is not 1");
    const auto list = document.find("sources");
    if (list == document.end() || !list->is_array() || list->empty() || list->size() > max_sources)
        return malformed(fmt::format("it needs 1 to {} sources", max_sources));
    SourceList result;
    for (const auto& item : *list) {
        const auto member = item.is_object() ? item.find("url") : item.end();
        if (!item.is_object() || member == item.end() || !member->is_string())
            return malformed("a source has no url");
        auto url = parse_source(member->get_ref<const std::string&>());
        if (!url)
            return std::unexpected(std::move(url.error()));
        result.urls.push_back(std::move(*url));
    }
    if (const auto tokens = document.find("tokens"); tokens != document.end()) {
        const auto url =
            tokens->is_string() ? parse_source(tokens->get_ref<const std::string&>()) : Result<std::string>();
        if (!url || url->empty())
            return malformed("\"tokens\" is not an address");
        result.tokens = *url;
    }
    return result;
}

} // namespace farboot::rootfs
