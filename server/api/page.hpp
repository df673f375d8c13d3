#pragma once

#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Parts of lists: `?limit=100`, and `&after=` what the answer before had as `next`. Without a limit a list is whole.
namespace farboot::server::api
{

inline constexpr std::size_t max_page = 1000;

/// A number in the query, from 0 to `max`; nothing if it is something else.
[[nodiscard]] std::optional<std::int64_t> number_in(const http::Request& request, std::string_view name,
                                                    std::int64_t fallback, std::int64_t max);

struct Page {
    std::size_t first = 0;
    std::size_t count = 0;
    bool more = false;
};

/// Which of the things that `keys` name, in their order, a request wants. Answers 400 for what is no limit, and 409
/// where `after` is not there any more: the list has changed, and is begun again.
[[nodiscard]] std::expected<Page, http::Response> page_of(const http::Request& request,
                                                          const std::vector<std::string>& keys);

/// The same of things with an id: the others are taken out. Gives the id to go on after, or null.
template <class Thing>
std::expected<nlohmann::json, http::Response> keep_page(const http::Request& request, std::vector<Thing>& things)
{
    if (!request.target.parameter("limit") && !request.target.parameter("after"))
        return nullptr;
    std::vector<std::string> keys;
    for (const auto& thing : things)
        keys.push_back(std::to_string(thing.id));
    const auto page = page_of(request, keys);
    if (!page)
        return std::unexpected(page.error());
    const auto begin = things.begin() + static_cast<std::ptrdiff_t>(page->first);
    things.erase(begin + static_cast<std::ptrdiff_t>(page->count), things.end());
    things.erase(things.begin(), things.begin() + static_cast<std::ptrdiff_t>(page->first));
    return page->more ? nlohmann::json(things.back().id) : nlohmann::json(nullptr);
}

} // namespace farboot::server::api
