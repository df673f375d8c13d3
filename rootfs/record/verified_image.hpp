#pragma once

#include "rootfs/record/policy.hpp"

#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// An image that a policy's publishers signed.
struct VerifiedImage {
    RecordHeader header;
    ImageRef image;
    Digest payload; ///< of the record's payload

    /// "vm/tiny@3"
    [[nodiscard]] std::string export_name() const;
};

/// Opens the envelope of a boot, vm or gui record. Reasons: Envelope::parse()'s, Policy::open()'s, image_of()'s,
/// type-mismatch (a record of another type).
[[nodiscard]] Result<VerifiedImage> verify_image(const Policy& policy, std::string_view envelope_json);

} // namespace farboot::rootfs
