#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/image/format.hpp"

#include <filesystem>
#include <vector>

namespace farboot::rootfs
{

/// What is likely to be read of an image when it starts: of a squashfs what guess_start() says; of a disk the loader,
/// the kernel and the initramfs first, then what guess_start() says of its ext4. Reasons: io; not-squashfs, not-ext,
/// too-many (damaged); no-guess (there is nothing in it of which a start could be guessed).
[[nodiscard]] Result<std::vector<FileRange>> guess_image(const std::filesystem::path& image);

} // namespace farboot::rootfs
