#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"
#include "rootfs/image/manifest_file.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// The folder of an audience's images in the store in `folder`: a store like any other. Of the empty audience, which is
/// everybody, the store's own.
[[nodiscard]] std::filesystem::path part_of_store(const std::filesystem::path& folder, const std::string& audience);

/// A store in a local folder (docs/image-format.md). Besides v1/, which a web server serves, the folder holds what
/// publishers need: tmp/ for files that are being written, and the chunk index.
class Store
{
public:
    /// An existing store. Reasons: not-found, version-unknown (there is another version than v1).
    [[nodiscard]] static Result<Store> open(const std::filesystem::path& folder);
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path manifest(const Digest& root) const;
    [[nodiscard]] std::filesystem::path locator(const Digest& root) const;
    [[nodiscard]] std::filesystem::path pack(const Digest& pack) const;
    [[nodiscard]] std::filesystem::path hot_pack(const Digest& pack) const;
    [[nodiscard]] std::filesystem::path file(const Digest& file) const;

    /// Path below the store's folder of one of its files, as in "v1/manifests/3b1f…".
    [[nodiscard]] std::string relative(const std::filesystem::path& file) const;

    /// What is there, by name, sorted.
    [[nodiscard]] std::vector<Digest> manifests() const;
    [[nodiscard]] std::vector<Digest> locators() const;
    [[nodiscard]] std::vector<Digest> packs() const;
    [[nodiscard]] std::vector<Digest> hot_packs() const;
    [[nodiscard]] std::vector<Digest> files() const;

    /// Reasons: not-found, and ManifestFile's.
    [[nodiscard]] Result<ManifestFile> open_manifest(const Digest& digest) const;
    /// What a record would say of an image of this store. Reasons: those of open_manifest().
    [[nodiscard]] Result<ImageRef> image(const Digest& digest) const;

private:
    friend class StoreWriter;
    explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::filesystem::path folder_;
};

} // namespace farboot::rootfs
