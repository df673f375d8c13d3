#include "rootfs/guess/disk_parts.hpp"

#include "rootfs/base/freer.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <blkid/blkid.h>

namespace farboot::rootfs
{

namespace
{

using Probe = std::unique_ptr<blkid_struct_probe, Freer<blkid_free_probe>>;

/// As many as a GPT usually has room for; it bounds a chain of logical ones, too. Those after it are not looked at.
constexpr int most_parts = 128;
constexpr std::uint64_t sector = 512;
constexpr std::string_view gpt_efi_system = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view gpt_bios_loader = "21686148-6449-6e6f-744e-656564454649";
constexpr std::string_view mbr_efi_system = "0xef";

std::string content_of(blkid_probe probe)
{
    blkid_probe_enable_superblocks(probe, 1);
    blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
    const char* type = nullptr;
    if (blkid_do_safeprobe(probe) != 0 || blkid_probe_lookup_value(probe, "TYPE", &type, nullptr) != 0)
        return {};
    return type;
}

DiskPart::Use use_of(blkid_partition partition)
{
    const auto* name = blkid_partition_get_type_string(partition);
    const std::string_view type(name != nullptr ? name : "");
    if (type == gpt_efi_system || type == mbr_efi_system)
        return DiskPart::Use::efi_system;
    return type == gpt_bios_loader ? DiskPart::Use::bios_loader : DiskPart::Use::data;
}

/// As far as it lies on the disk.
FileRange place_of(blkid_partition partition, std::uint64_t disk_bytes)
{
    const auto sectors = disk_bytes / sector;
    const auto begin = std::min(static_cast<std::uint64_t>(blkid_partition_get_start(partition)), sectors);
    const auto length = std::min(static_cast<std::uint64_t>(blkid_partition_get_size(partition)), sectors - begin);
    return {begin * sector, length * sector};
}

} // namespace

Result<std::vector<DiskPart>> read_disk_parts(const std::filesystem::path& image)
{
    const Probe disk(blkid_new_probe_from_filename(image.c_str()));
    if (!disk)
        return fail("io", "{}: cannot be opened to look for its partitions.", image.string());
    const auto bytes = static_cast<std::uint64_t>(blkid_probe_get_size(disk.get()));
    // What a table of partitions was written over may still be there in part; a boot sector, which looks like an MBR's,
    // libblkid knows from one.
    std::vector<DiskPart> parts;
    std::string mbr = "dos";
    std::string gpt = "gpt";
    std::array<char*, 3> tables{mbr.data(), gpt.data(), nullptr};
    blkid_probe_filter_partitions_type(disk.get(), BLKID_FLTR_ONLYIN, tables.data());
    auto* const table = blkid_probe_get_partitions(disk.get());
    const auto count = table != nullptr ? std::min(blkid_partlist_numof_partitions(table), most_parts) : 0;
    for (int number = 0; number < count; ++number) {
        auto* const partition = blkid_partlist_get_partition(table, number);
        DiskPart part{place_of(partition, bytes), use_of(partition), {}};
        const Probe probe(blkid_new_probe());
        if (!probe)
            throw std::bad_alloc();
        if (part.place.length == 0 || blkid_partition_is_extended(partition) != 0 ||
            blkid_probe_set_device(probe.get(), blkid_probe_get_fd(disk.get()),
                                   static_cast<blkid_loff_t>(part.place.offset),
                                   static_cast<blkid_loff_t>(part.place.length)) != 0)
            continue;
        part.content = content_of(probe.get());
        parts.push_back(std::move(part));
    }
    std::ranges::stable_sort(parts, {}, [](const DiskPart& part) { return part.place.offset; });
    if (parts.empty())
        if (auto content = content_of(disk.get()); !content.empty())
            parts.push_back({{0, bytes}, DiskPart::Use::data, std::move(content)});
    return parts;
}

} // namespace farboot::rootfs
