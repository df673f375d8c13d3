#pragma once

#include "rootfs/record/trust.hpp"
#include "rootfs/system/pc_session.hpp"

#include <filesystem>
#include <stop_token>

namespace farboot::rootfs
{

/// A record as the preboot system would take it, and the policy that it was accepted by.
struct FreshRecord {
    VerifiedRecord record;
    std::string policy; ///< its envelope
};

/// Asks for the version that the server offers now, and checks it as docs/records.md says: by the policy that this
/// system was handed (`folder`: /run/farboot), or one that follows it, and a fresh statement. Reasons:
/// handover-malformed, those of docs/records.md, HttpClient's.
[[nodiscard]] Result<FreshRecord> fetch_fresh_record(PcSession& session, const std::filesystem::path& folder,
                                                     const RecordName& name, const std::stop_token& stop);

} // namespace farboot::rootfs
