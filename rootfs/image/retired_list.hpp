#pragma once

#include "rootfs/image/store.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace farboot::rootfs
{

/// Files of a store that no image needs any more, and since when: `retired.json` beside v1/. They stay for a while, as
/// running PCs may have read a locator that still leads to them, and they are never used for a new image. A file that
/// is needed again goes from the list before anything refers to it. A locator is on it whose image was removed: for all
/// but the PCs that run it, that image is gone.
class RetiredList
{
public:
    struct Entry {
        std::uint64_t bytes = 0;
        std::int64_t since = 0; ///< seconds since 1970
        bool operator==(const Entry&) const = default;
    };

    /// The store's list; empty where there is none. Reasons: io, retired-malformed.
    [[nodiscard]] static Result<RetiredList> load(const Store& store);
    /// Where load() reads it.
    [[nodiscard]] static std::filesystem::path path(const Store& store) { return store.folder() / "retired.json"; }
    /// Reason: retired-malformed.
    [[nodiscard]] static Result<RetiredList> parse(std::string_view text);
    [[nodiscard]] std::string to_json() const;

    /// By path below the store's folder: "v1/packs/3b/3b1f…".
    [[nodiscard]] const std::map<std::string, Entry>& entries() const { return entries_; }
    [[nodiscard]] bool contains(const std::string& file) const { return entries_.contains(file); }
    /// Was this image removed?
    [[nodiscard]] bool has_image(const Digest& image) const;
    /// A file that is there already keeps its time.
    void add(const std::string& file, const Entry& entry) { entries_.try_emplace(file, entry); }
    void remove(const std::string& file) { entries_.erase(file); }

    bool operator==(const RetiredList&) const = default;

private:
    std::map<std::string, Entry> entries_;
};

} // namespace farboot::rootfs
