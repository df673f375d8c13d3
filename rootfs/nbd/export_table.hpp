#pragma once

#include "rootfs/nbd/reader.hpp"
#include "rootfs/record/verified_image.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace farboot::rootfs
{

/// An image that NBD clients can open by name.
struct Export {
    std::string name; ///< VerifiedImage::export_name()
    Digest payload;   ///< of its record
    std::unique_ptr<Reader> reader;
    std::set<uid_t> owners; ///< who added it and has not removed it; belongs to the table's lock
    /// Tells it from another of this name, before or after it; by the clock that all programs of the machine share.
    std::chrono::steady_clock::time_point added = std::chrono::steady_clock::now();
};

/// The exports of a process. Whoever has one open keeps it after it was removed. Safe for many threads.
class ExportTable
{
public:
    explicit ExportTable(ReaderEngine& engine) : engine_(engine) {}

    /// Adding the same record again adds its owner. Reasons: exists (another record has this name), too-many,
    /// manifest-malformed.
    [[nodiscard]] Result<std::shared_ptr<Export>> add(const VerifiedImage& image, uid_t owner);
    /// Root removes it for all owners, others for themselves; it goes with the last owner. Reasons: not-found,
    /// not-yours.
    [[nodiscard]] Result<void> remove(std::string_view name, uid_t who);

    /// Root owns everything.
    [[nodiscard]] bool is_owner(const Export& item, uid_t who) const;
    /// Null if there is none.
    [[nodiscard]] std::shared_ptr<Export> find(std::string_view name) const;
    /// By name.
    [[nodiscard]] std::vector<std::shared_ptr<Export>> all() const;

private:
    ReaderEngine& engine_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Export>, std::less<>> exports_;
};

} // namespace farboot::rootfs
