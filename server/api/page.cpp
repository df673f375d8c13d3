#include "server/api/page.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>

namespace farboot::server::api
{

std::optional<std::int64_t> number_in(const http::Request& request, std::string_view name, std::int64_t fallback,
                                      std::int64_t max)
{
    const auto text = request.target.parameter(name).value_or("");
    if (text.empty())
        return fallback;
    const auto number = rootfs::to_number<std::int64_t>(text);
    return number && *number >= 0 && *number <= max ? number : std::nullopt;
}

std::expected<Page, http::Response> page_of(const http::Request& request, const std::vector<std::string>& keys)
{
    Page page{.first = 0, .count = keys.size()};
    if (const auto text = request.target.parameter("limit")) {
        const auto limit = rootfs::to_number<std::size_t>(*text);
        if (!limit || *limit < 1 || *limit > max_page)
            return std::unexpected(http::error(400, "parameter-malformed",
                                               fmt::format("limit must be a number from 1 to {}.", max_page), "limit"));
        page.count = *limit;
    }
    if (const auto after = request.target.parameter("after")) {
        const auto found = std::ranges::find(keys, *after);
        if (found == keys.end())
            return std::unexpected(http::error(409, "page-outdated",
                                               "What the page before ended with is not in this list, or not any more: "
                                               "begin again without after.",
                                               "after"));
        page.first = static_cast<std::size_t>(found - keys.begin()) + 1;
    }
    page.count = std::min(page.count, keys.size() - page.first);
    page.more = page.first + page.count < keys.size();
    return page;
}

} // namespace farboot::server::api
