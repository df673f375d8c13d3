#pragma once

#include <string>
#include <vector>

namespace farboot::rootfs
{

struct CpioFile {
    std::string name; ///< in the archive's one folder
    std::string content;
};

/// A "newc" archive (kernel documentation, driver-api/early-userspace/buffer-format) of one folder (mode 0700) with
/// files (mode 0600) that belong to root. The kernel takes it behind any other archive that ends at a multiple of 4
/// bytes.
[[nodiscard]] std::string cpio_archive(const std::string& folder, const std::vector<CpioFile>& files);

} // namespace farboot::rootfs
