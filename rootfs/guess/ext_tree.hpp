#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <filesystem>

namespace farboot::rootfs
{

/// Of an ext2, ext3 or ext4 file system that lies at `place` of an image. libext2fs reads it, and checks what it reads;
/// what is damaged is passed over where the rest can be used. Reasons: not-ext; too-many
/// (files for the budget); cancelled.
[[nodiscard]] Result<std::unique_ptr<FileTree>> open_ext_tree(const std::filesystem::path& image,
                                                              const FileRange& place, TreeBudget& budget);

} // namespace farboot::rootfs
