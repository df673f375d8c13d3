#pragma once

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// What a program or library wants to be loaded with it.
struct ElfNeeds {
    std::string loader;                 ///< a path; empty for most libraries
    std::vector<std::string> libraries; ///< names, of DT_NEEDED
    std::vector<std::string> folders;   ///< where to look first, of DT_RPATH and DT_RUNPATH; may begin with $ORIGIN
};

/// Of the file with these bytes, which libelf wants writable; nothing if it is no ELF file that it can read.
[[nodiscard]] ElfNeeds elf_needs(std::string& file);

} // namespace farboot::rootfs
