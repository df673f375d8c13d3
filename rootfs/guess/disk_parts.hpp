#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/image/format.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// A partition, or the whole of a disk that has none.
struct DiskPart {
    enum class Use { data, efi_system, bios_loader };
    FileRange place;
    Use use = Use::data;
    std::string content; ///< as blkid names it ("ext4", "vfat", "crypto_LUKS"); empty if it knows none
};

/// The partitions of a disk's image (MBR, GPT) in its order, with what lies in them. libblkid reads it. Reason: io.
[[nodiscard]] Result<std::vector<DiskPart>> read_disk_parts(const std::filesystem::path& image);

} // namespace farboot::rootfs
