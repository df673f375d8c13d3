#pragma once

#include "rootfs/image/file.hpp"
#include "rootfs/image/manifest.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace farboot::rootfs
{

/// A manifest on this disk: what an image is, wherever its chunks lie.
class ManifestFile
{
public:
    /// Reads the root and checks it. Reasons: digest-mismatch, manifest-malformed, version-unknown, and File's.
    [[nodiscard]] static Result<ManifestFile> open(const std::filesystem::path& path, const Digest& digest);

    [[nodiscard]] const ManifestRoot& root() const { return root_; }
    /// The page as it lies in the file. Reasons: File's.
    [[nodiscard]] Result<std::string> page_bytes(std::uint32_t number) const;
    /// Reasons: digest-mismatch, manifest-malformed, and File's.
    [[nodiscard]] Result<ManifestPage> page(std::uint32_t number) const;
    /// Reads all pages. `visit` gets every chunk in order; an error of its own ends the walk.
    [[nodiscard]] Result<void> walk(const std::function<Result<void>(const ChunkRef&)>& visit) const;
    /// Is the file whole, each page of it, and nothing behind? Reasons: those of page().
    [[nodiscard]] Result<void> verify() const;

private:
    ManifestFile(File file, ManifestRoot root) : file_(std::move(file)), root_(std::move(root)) {}

    File file_;
    ManifestRoot root_;
};

} // namespace farboot::rootfs
