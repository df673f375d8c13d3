#include "rootfs/kexec/cpio.hpp"

#include <fmt/format.h>

#include <iterator>

namespace farboot::rootfs
{

namespace
{

void pad(std::string& archive)
{
    archive.append((4 - archive.size() % 4) % 4, '\0');
}

void add(std::string& archive, unsigned inode, unsigned mode, const std::string& name, const std::string& content)
{
    constexpr unsigned uid = 0, gid = 0, links = 1, mtime = 0, device = 0, check = 0;
    fmt::format_to(std::back_inserter(archive),
                   "070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}", inode, mode,
                   uid, gid, links, mtime, content.size(), device, device, device, device, name.size() + 1, check);
    archive.append(name).push_back('\0');
    pad(archive);
    archive.append(content);
    pad(archive);
}

} // namespace

std::string cpio_archive(const std::string& folder, const std::vector<CpioFile>& files)
{
    std::string archive;
    unsigned inode = 1;
    add(archive, inode++, 0040700, folder, "");
    for (const auto& file : files)
        add(archive, inode++, 0100600, folder + "/" + file.name, file.content);
    add(archive, 0, 0, "TRAILER!!!", "");
    return archive;
}

} // namespace farboot::rootfs
