#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace farboot::uploads
{

inline constexpr std::size_t max_metadata = 4096; ///< bytes of the header
inline constexpr std::size_t max_keys = 20;
inline constexpr std::size_t max_name = 255; ///< bytes

/// What a client says of a file that it is going to send: tus' Upload-Metadata, "filename d29ybGQ=,sha256 NGY…".
struct Metadata {
    std::string name = "upload";  ///< of "filename" or "name": printable UTF-8, no path
    std::optional<Digest> sha256; ///< of "sha256": 64 hexadecimal digits

    /// Other keys are passed over. Reason: metadata-malformed.
    [[nodiscard]] static Result<Metadata> parse(std::string_view header);
};

} // namespace farboot::uploads
