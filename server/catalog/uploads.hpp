#pragma once

#include "server/catalog/upload.hpp"

#include "rootfs/base/error.hpp"

#include <optional>
#include <vector>

/// Uploads by tus, as the database has them. Who watches is told of changes: of progress, each percent.
namespace farboot::catalog
{

inline constexpr std::int64_t max_uploads_of_one = 1000;

/// What uploads may take.
struct UploadLimits {
    std::uint64_t quota = 0; ///< bytes of one owner's, where he has no quota of his own
    std::uint64_t total = 0; ///< of all
    std::uint64_t free = 0;  ///< on the disk
};

/// What an owner has used of what he may use.
struct UploadQuota {
    std::uint64_t bytes = 0;
    std::uint64_t used = 0;
    [[nodiscard]] std::uint64_t left() const { return bytes > used ? bytes - used : 0; }
};
[[nodiscard]] UploadQuota upload_quota(Connection& connection, const UploadOwner& owner, std::uint64_t quota);

/// `upload` has owner, name, metadata, bytes and sha256. Reasons: quota-exceeded, too-many, disk-full.
[[nodiscard]] Result<Upload> create_upload(Connection& connection, Upload upload, const UploadLimits& limits,
                                           std::chrono::sys_seconds now);
[[nodiscard]] std::optional<Upload> find_upload(Connection& connection, std::int64_t id);
[[nodiscard]] std::vector<Upload> list_uploads(Connection& connection);
[[nodiscard]] std::vector<Upload> list_uploads_of(Connection& connection, const UploadOwner& owner);
/// At most 100.
[[nodiscard]] std::vector<Upload> uploads_to_check(Connection& connection);
/// That have not changed for so long that they are to go; at most 100.
[[nodiscard]] std::vector<Upload> stale_uploads(Connection& connection, std::chrono::sys_seconds before);

/// What may become stale has changed now: the clock was set.
void renew_uploads(Connection& connection, std::chrono::sys_seconds now);

/// So much is on the disk for good; when that is all, it waits to be checked. False: it was removed meanwhile.
[[nodiscard]] bool note_received(Connection& connection, std::int64_t id, std::uint64_t received,
                                 std::chrono::sys_seconds now);
/// It has been checked. False: it was removed meanwhile.
[[nodiscard]] bool end_upload(Connection& connection, std::int64_t id, UploadState state, std::string_view sha256,
                              std::string_view sentence, std::chrono::sys_seconds now);
void remove_upload(Connection& connection, std::int64_t id);

} // namespace farboot::catalog
