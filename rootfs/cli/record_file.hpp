#pragma once

#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"

#include <string>

namespace farboot::rootfs
{

/// Of a file with a record or a policy, in bytes.
inline constexpr std::uint64_t max_envelope_file = 1 << 20;

/// A record as it lies in a file; nothing of it is verified.
struct RecordFile {
    std::string text;
    Envelope envelope;
    RecordHeader header;
};

/// Reasons: read_file()'s, Envelope::parse()'s, RecordHeader::parse()'s.
[[nodiscard]] Result<RecordFile> load_record(const std::string& file);

} // namespace farboot::rootfs
