#include "rootfs/nbd/source_error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace farboot::rootfs
{

bool is_corrupt(const Error& error)
{
    static constexpr auto reasons = std::to_array<std::string_view>(
        {"digest-mismatch", "chunk-malformed", "manifest-malformed", "locator-malformed", "version-unknown"});
    return std::ranges::find(reasons, error.reason) != reasons.end();
}

bool may_be_stale(const Error& error)
{
    static constexpr auto reasons = std::to_array<std::string_view>(
        {"http-404", "http-410", "http-416", "locator-changed", "range-ignored", "truncated"});
    return is_corrupt(error) || std::ranges::find(reasons, error.reason) != reasons.end();
}

bool is_gone(const Error& error)
{
    return !may_be_stale(error) && !error.reason.starts_with("http-4");
}

} // namespace farboot::rootfs
