#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace farboot::server::http
{

/// What a Range header (RFC 9110 section 14) asks of a file.
struct Range {
    enum class Kind {
        whole,         ///< no Range, several ranges, or nothing that we understand: send everything
        part,          ///< 206
        unsatisfiable, ///< 416
    };
    Kind kind = Kind::whole;
    std::uint64_t first = 0;
    std::uint64_t length = 0;

    bool operator==(const Range&) const = default;
};

/// `header` is the value of Range, if there is one; `size` the file's length.
[[nodiscard]] Range parse_range(std::optional<std::string_view> header, std::uint64_t size);

/// True if an If-None-Match or If-Match value names `etag` (weak comparison) or is "*".
[[nodiscard]] bool etag_matches(std::string_view header, std::string_view etag);

} // namespace farboot::server::http
