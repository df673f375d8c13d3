#pragma once

#include "rootfs/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace farboot::catalog
{

/// What was found, if the client has seen its newest version. `if_match`: an If-Match header. Reasons: not-found,
/// changed-meanwhile.
template <class Thing>
[[nodiscard]] Result<Thing> seen(std::optional<Thing> found, std::string_view noun, std::int64_t id,
                                 std::string_view if_match)
{
    if (!found)
        return fail("not-found", "There is no {} {}: it may have been removed meanwhile.", noun, id);
    if (if_match != "*" && if_match != found->etag())
        return fail("changed-meanwhile", "Someone else has changed this {} meanwhile: load it again.", noun);
    return std::move(*found);
}

} // namespace farboot::catalog
