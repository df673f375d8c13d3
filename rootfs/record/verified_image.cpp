#include "rootfs/record/verified_image.hpp"

namespace farboot::rootfs
{

std::string VerifiedImage::export_name() const
{
    return fmt::format("{}@{}", header.name.text(), header.number);
}

Result<VerifiedImage> verify_image(const Policy& policy, std::string_view envelope_json)
{
    const auto envelope = Envelope::parse(envelope_json);
    if (!envelope)
        return std::unexpected(envelope.error());
    // Only the question that the policy is asked: which series this claims to be of.
    const auto claimed = RecordHeader::parse(envelope->payload);
    if (!claimed)
        return std::unexpected(claimed.error());
    const auto payload = policy.open(*envelope, claimed->name);
    if (!payload)
        return std::unexpected(payload.error());
    const auto image = image_of(*payload);
    if (!image)
        return std::unexpected(image.error());
    return VerifiedImage{*claimed, *image, sha256(as_bytes(*payload))};
}

} // namespace farboot::rootfs
