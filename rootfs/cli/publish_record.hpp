#pragma once

#include "rootfs/record/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What `farboot publish` says of a record, whatever its type.
struct RecordPlan {
    std::string type; ///< boot, vm, gui
    std::string series;
    std::string title;
    std::string audience; ///< whom the image is for; empty: everybody
    std::string cmdline;
    std::vector<std::string> data{"settings.json:65536"}; ///< "name:max_bytes"
    std::uint32_t offline_days = 0;
    MachineWishes machine;
};

/// What lies in the store already.
struct RecordParts {
    std::optional<FileRef> kernel;
    std::vector<FileRef> initramfs;
    std::optional<ImageRef> image;
};

/// The payload to sign, checked as every reader will check it. Reasons: usage, record-malformed.
[[nodiscard]] Result<std::string> make_payload(const RecordPlan& plan, std::uint64_t number, const RecordParts& parts);

} // namespace farboot::rootfs
