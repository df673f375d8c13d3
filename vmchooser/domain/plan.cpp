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

/// What is to be had: of the whole, if a share is asked for, or the amount that the offering or else the record wants.
std::uint64_t wish_of(const Amount& amount, std::uint64_t whole, std::uint64_t record)
{
    return amount.percent ? (whole * *amount.percent + 99) / 100 : amount.wanted.value_or(record);
}

Result<std::uint64_t> fit_memory(const MachineWishes& wishes, const Amount& amount, const HostFacts& host)
{
    const auto usable = host.free_memory_mib > host_reserve_mib ? host.free_memory_mib - host_reserve_mib : 0;
    const std::uint64_t record = wishes.memory_mib;
    // A machine with a small part of its memory starts and then crawls: worse than a clear no.
    const auto least = std::max({least_memory_mib, (record + 1) / 2, amount.min.value_or(0)});
    const auto given = std::min(std::max(wish_of(amount, host.memory_mib, record), least), usable);
    if (given < least)
        return fail("memory-short",
                    "The machine needs {} MiB of memory, but this PC has only {} MiB to spare. Choose a bigger PC, or "
                    "close what runs on this one.",
                    std::max(record, least), usable);
    return given;
}

Result<std::uint32_t> fit_cpus(const MachineWishes& wishes, const Amount& amount, const HostFacts& host)
{
    const std::uint64_t there = std::max(host.cpus, 1U);
    if (const auto least = amount.min.value_or(1); least > there)
        return fail("cpus-short", "The machine needs {} processors, but this PC has only {}. Choose a bigger PC.",
                    least, there);
    const auto wish = std::max(wish_of(amount, there, wishes.cpus), amount.min.value_or(1));
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wish, 1, there));
}

/// What goes between machine and PC. An exam lets nothing through but its network.
void connect(const Offering& offering, const HostFacts& host, DomainSpec& spec)
{
    if (!offering.network)
        spec.nic = NicModel::none;
    spec.sound = offering.sound;
    spec.usb = offering.usb && host.usb && !offering.exam;
    spec.clipboard = offering.clipboard && !offering.exam;
    if (offering.home == HomeShare::none || offering.exam)
        return;
    spec.home = host.home;
    spec.home_writable = offering.home == HomeShare::write;
}

} // namespace

Result<DomainSpec> plan_domain(const rootfs::VmRecord& record, const Offering& offering, const HostFacts& host,
                               const MachinePlaces& places)
{
    const auto& wishes = record.machine;
    const auto firmware = by_name(firmwares, "firmware", wishes.firmware);
    const auto bus = by_name(buses, "disk_bus", wishes.disk_bus);
    const auto nic = by_name(nics, "nic", wishes.nic);
    const auto memory = fit_memory(wishes, offering.memory_mib, host);
    const auto cpus = fit_cpus(wishes, offering.cpus, host);
    if (!firmware)
        return std::unexpected(firmware.error());
    if (!bus)
        return std::unexpected(bus.error());
    if (!nic)
        return std::unexpected(nic.error());
    if (!memory)
        return std::unexpected(memory.error());
    if (!cpus)
        return std::unexpected(cpus.error());

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
    spec.cpus = *cpus;
    spec.windows = is_windows(wishes.os);
    spec.tpm = *firmware == Firmware::uefi_secure && host.tpm_emulator;
    spec.disk = {places.overlay, places.nbd_socket, places.export_name, *bus};
    spec.nic = *nic;
    spec.video = spec.windows ? VideoModel::qxl : VideoModel::virtio;
    spec.serial_socket = places.serial_socket;
    if (offering.script && wishes.scripts)
        spec.script_medium = places.script_medium;
    connect(offering, host, spec);
    return spec;
}

} // namespace farboot::vmchooser
