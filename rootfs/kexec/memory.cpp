#include "rootfs/kexec/memory.hpp"

#include <cstdlib>
#include <string_view>

namespace farboot::rootfs
{

std::uint64_t total_bytes(const BootRecord& record)
{
    std::uint64_t total = record.kernel.size;
    for (const auto& file : record.initramfs)
        total += file.size;
    return total;
}

Result<void> check_memory(const std::string& meminfo, std::uint64_t total)
{
    constexpr std::string_view label = "MemAvailable:";
    const auto at = meminfo.find(label);
    if (at == std::string::npos)
        return {};
    const auto available = std::strtoull(meminfo.c_str() + at + label.size(), nullptr, 10) << 10;
    if (available < 2 * total)
        return fail("memory-short", "{} MB are needed, {} MB are free.", 2 * total / 1'000'000, available / 1'000'000);
    return {};
}

} // namespace farboot::rootfs
