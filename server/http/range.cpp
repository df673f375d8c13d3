#include "server/http/range.hpp"
#include "rootfs/base/number.hpp"

#include <algorithm>

namespace farboot::server::http
{

namespace
{

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

} // namespace

Range parse_range(std::optional<std::string_view> header, std::uint64_t size)
{
    const Range whole{Range::Kind::whole, 0, size};
    constexpr std::string_view unit = "bytes=";
    if (!header || !header->starts_with(unit))
        return whole;
    const auto spec = trimmed(header->substr(unit.size()));
    const auto dash = spec.find('-');
    if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos)
        return whole;
    const auto first_text = spec.substr(0, dash);
    const auto last_text = spec.substr(dash + 1);
    if (first_text.empty()) { // the last n bytes
        const auto suffix = rootfs::to_number<std::uint64_t>(last_text);
        if (!suffix)
            return whole;
        if (*suffix == 0 || size == 0)
            return {Range::Kind::unsatisfiable, 0, 0};
        const auto length = std::min(*suffix, size);
        return {Range::Kind::part, size - length, length};
    }
    const auto first = rootfs::to_number<std::uint64_t>(first_text);
    const auto last =
        last_text.empty() ? std::optional<std::uint64_t>(UINT64_MAX) : rootfs::to_number<std::uint64_t>(last_text);
    if (!first || !last || *last < *first)
        return whole;
    if (*first >= size)
        return {Range::Kind::unsatisfiable, 0, 0};
    return {Range::Kind::part, *first, std::min(*last, size - 1) - *first + 1};
}

bool etag_matches(std::string_view header, std::string_view etag)
{
    while (!header.empty()) {
        const auto end = std::min(header.find(','), header.size());
        auto candidate = trimmed(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        if (candidate.starts_with("W/"))
            candidate.remove_prefix(2);
        if (candidate == "*" || candidate == etag)
            return true;
    }
    return false;
}

} // namespace farboot::server::http
