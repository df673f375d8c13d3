#include "pbl/agent/efi_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace farboot::agent
{

namespace
{

constexpr std::string_view folder = "/sys/firmware/efi/efivars/";
constexpr std::string_view global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c"; ///< EFI_GLOBAL_VARIABLE
constexpr std::size_t attribute_bytes = 4;
constexpr std::string_view lasting{"\x07\0\0\0", 4}; ///< non-volatile, and for the boot and run-time services
constexpr unsigned boot_to_setup = 1;                ///< EFI_OS_INDICATIONS_BOOT_TO_FW_UI
constexpr std::size_t most_options = 256;

unsigned byte_at(std::string_view bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

unsigned word_at(std::string_view bytes, std::size_t at)
{
    return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8;
}

std::string file_of(std::string_view name)
{
    return fmt::format("{}{}{}", folder, name, global);
}

/// The value; nothing if the firmware has no such variable.
std::optional<std::string> read_variable(const System& system, std::string_view name)
{
    auto bytes = system.read_file(file_of(name));
    if (!bytes || bytes->size() < attribute_bytes)
        return std::nullopt;
    return bytes->substr(attribute_bytes);
}

Result<void> write_variable(System& system, std::string_view name, std::string_view value)
{
    if (auto written = system.write_file(file_of(name), std::string(lasting) += value); !written)
        return fail("firmware-setup", "{}", written.error().sentence);
    return {};
}

/// Does a node of a device path (UEFI 2.10, 10.3.4) stand for what disks are on? USB is not among it: that is a stick.
bool is_disk_bus(unsigned type, unsigned subtype)
{
    constexpr unsigned messaging = 3;
    constexpr std::array<unsigned, 7> buses{1, 2, 18, 23, 25, 26, 29}; // ATA, SCSI, SATA, NVMe, UFS, SD, eMMC
    return type == messaging && std::ranges::find(buses, subtype) != buses.end();
}

/// Every firmware of this kind has a boot order.
Result<std::string> boot_order(const System& system)
{
    auto order = read_variable(system, "BootOrder");
    if (!order)
        return fail("firmware-bios", "The firmware's variables are not there.");
    return std::move(*order);
}

} // namespace

Result<void> ask_for_setup(System& system)
{
    if (auto order = boot_order(system); !order)
        return std::unexpected(order.error());
    const auto supported = read_variable(system, "OsIndicationsSupported").value_or("");
    if (supported.empty() || !(byte_at(supported, 0) & boot_to_setup))
        return fail("firmware-setup", "It does not offer that.");
    std::string wanted = read_variable(system, "OsIndications").value_or("");
    wanted.resize(8);
    wanted[0] = static_cast<char>(byte_at(wanted, 0) | boot_to_setup);
    return write_variable(system, "OsIndications", wanted);
}

Result<void> ask_for_disk(System& system)
{
    const auto order = boot_order(system);
    if (!order)
        return std::unexpected(order.error());
    const auto current = read_variable(system, "BootCurrent").value_or("");
    auto best = OnDisk::no;
    std::string wanted;
    for (std::size_t at = 0; at + 2 <= order->size() && at < 2 * most_options; at += 2) {
        const auto number = order->substr(at, 2);
        if (number == current)
            continue;
        const auto found = on_disk(read_variable(system, fmt::format("Boot{:04X}", word_at(number, 0))).value_or(""));
        if (found > best) {
            best = found;
            wanted = number;
        }
    }
    if (best == OnDisk::no)
        return fail("disk-missing", "The firmware's boot order has no other disk.");
    return write_variable(system, "BootNext", wanted);
}

OnDisk on_disk(std::string_view option)
{
    constexpr std::size_t header = 6; // attributes, and the length of the device path
    constexpr unsigned active = 1;
    constexpr unsigned media = 4;
    constexpr unsigned hard_drive = 1;
    constexpr unsigned end = 0x7f;
    if (option.size() < header || !(byte_at(option, 0) & active))
        return OnDisk::no;
    const auto path_bytes = word_at(option, 4);
    auto at = header;
    while (at + 2 <= option.size() && word_at(option, at) != 0) // the description, UTF-16
        at += 2;
    at += 2;
    if (at > option.size() || path_bytes > option.size() - at)
        return OnDisk::no;
    auto path = option.substr(at, path_bytes);
    auto last = OnDisk::no;
    while (path.size() >= 4) {
        const auto type = byte_at(path, 0);
        const auto length = word_at(path, 2);
        if (type == end)
            return last;
        if (length < 4 || length > path.size())
            return OnDisk::no;
        if (type == media && byte_at(path, 1) == hard_drive)
            return OnDisk::partition;
        last = is_disk_bus(type, byte_at(path, 1)) ? OnDisk::whole : OnDisk::no;
        path.remove_prefix(length);
    }
    return OnDisk::no;
}

} // namespace farboot::agent
