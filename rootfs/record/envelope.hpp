#pragma once

#include "rootfs/record/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

struct Signature {
    std::string key_id; ///< 64 hex digits
    std::string bytes;  ///< 64 raw bytes
};

/// A DSSE v1 envelope (docs/records.md). Parsing proves nothing: only Policy::open() verifies.
struct Envelope {
    std::string payload_type;
    std::string payload; ///< the exact bytes that were signed
    std::vector<Signature> signatures;

    /// Limits: 1 MiB of text, 16 signatures. Reason: envelope-malformed.
    [[nodiscard]] static Result<Envelope> parse(std::string_view json);
    [[nodiscard]] std::string to_json() const;

    /// Adds a signature over the pre-authentication encoding.
    void sign(const SigningKey& key);
    /// The bytes that are signed (DSSE v1 "PAE").
    [[nodiscard]] std::string pre_authentication_encoding() const;
};

/// application/vnd.farboot.<type>.v1+json
[[nodiscard]] std::string payload_type_of(std::string_view type);

} // namespace farboot::rootfs
