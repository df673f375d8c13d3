#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <filesystem>

namespace farboot::rootfs
{

/// Of a squashfs image. libsquashfs reads it, and checks what it reads. Reasons: io; not-squashfs; too-many; cancelled.
[[nodiscard]] Result<std::unique_ptr<FileTree>> open_squashfs_tree(const std::filesystem::path& image,
                                                                   TreeBudget& budget);

} // namespace farboot::rootfs
