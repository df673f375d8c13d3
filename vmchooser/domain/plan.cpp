#include "vmchooser/domain/plan.hpp"

#include <algorithm>

namespace farboot::vmchooser
{
namespace
{

using rootfs::MachineWishes;

template <class T>
struct Named {
    std::string_view name;
    T value;
};

/// The value of a name; record parsing has already refused all others, so an unknown one is a version that we do not
/// know.
template <class T, std::size_t n>
Result<T> by_name(const Named<T> (&table)[n], std::string_view member, const std::string& name)
{
    for (const auto& row : table)
        if (row.name == name)
            return row.value;
    return fail("machine-unsupported", "The machine wants {} \"{}\", which this program does not know.", member, name);
}

constexpr Named<Firmware> firmwares[] = {
    {"bios", Firmware::bios}, {"uefi", Firmware::uefi}, {"uefi-secure", Firmware::uefi_secure}};
constexpr Named<DiskBus> buses[] = {{"virtio", DiskBus::virtio}, {"sata", DiskBus::sata}, {"ide", DiskBus::ide}};
constexpr Named<NicModel> nics[] = {
    {"virtio", NicModel::virtio}, {"e1000e", NicModel::e1000e}, {"none", NicModel::none}};

/// libosinfo's ids look like http://microsoft.com/win/10.
bool is_windows(const std::string& os)
{
    return os.find("microsoft.com/win") != std::string::npos;
}

Result<std::uint64_t> fit_memory(const MachineWishes& wishes, const HostFacts& host)
{
    const auto usable = host.free_memory_mib > host_reserve_mib ? host.free_memory_mib - host_reserve_mib : 0;
    const std::uint64_t wish = wishes.memory_mib;
    const auto given = std::min(wish, usable);
    // A machine with a small part of its memory starts and then crawls: worse than a clear no.
    if (given < std::max(least_memory_mib, (wish + 1) / 2))
        return fail("memory-short", "The machine needs {} MiB of memory, but this PC has only {} MiB to spare.", wish,
                    usable);
    return given;
}

} // namespace

Result<DomainSpec> plan_domain(const rootfs::VmRecord& record, const HostFacts& host, const MachinePlaces& places)
{
    const auto& wishes = record.machine;
    const auto firmware = by_name(firmwares, "firmware", wishes.firmware);
    const auto bus = by_name(buses, "disk_bus", wishes.disk_bus);
    const auto nic = by_name(nics, "nic", wishes.nic);
    const auto memory = fit_memory(wishes, host);
    if (!firmware)
        return std::unexpected(firmware.error());
    if (!bus)
        return std::unexpected(bus.error());
    if (!nic)
        return std::unexpected(nic.error());
    if (!memory)
        return std::unexpected(memory.error());

    DomainSpec spec;
    spec.name = "farboot-" + record.header.name.series;
    spec.title = record.title;
    spec.accelerator = host.accelerator;
    spec.firmware = *firmware;
    // Only the older chipset has an IDE controller; only the newer one has Secure Boot.
    spec.chipset = *bus == DiskBus::ide ? Chipset::i440fx : Chipset::q35;
    if (spec.chipset == Chipset::i440fx && *firmware == Firmware::uefi_secure)
        return fail(
            "machine-unsupported",
            "The machine \"{}\" wants an IDE disk together with Secure Boot, which no PC offers; its record needs "
            "disk_bus \"sata\" or \"virtio\".",
            record.title);
    spec.nvram = places.nvram;
    spec.memory_mib = *memory;
    spec.cpus = std::clamp(wishes.cpus, 1U, std::max(host.cpus, 1U));
    spec.windows = is_windows(wishes.os);
    spec.tpm = *firmware == Firmware::uefi_secure && host.tpm_emulator;
    spec.disk = {places.overlay, places.nbd_socket, places.export_name, *bus};
    spec.nic = *nic;
    spec.video = spec.windows ? VideoModel::qxl : VideoModel::virtio;
    spec.serial_socket = places.serial_socket;
    return spec;
}

} // namespace farboot::vmchooser
