#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

/// A virtual machine as this PC will run it, before it becomes XML.
namespace farboot::vmchooser
{

enum class Accelerator { kvm, tcg };
enum class Firmware { bios, uefi, uefi_secure };
enum class Chipset { q35, i440fx };
enum class DiskBus { virtio, sata, ide };
enum class NicModel { none, virtio, e1000e };
enum class VideoModel { virtio, qxl };

/// A disk that is read from the reader's NBD export; what the guest writes goes to a file on scratch space and is
/// gone when the machine stops.
struct DiskSpec {
    std::filesystem::path overlay; ///< an empty qcow2 of exactly the image's size
    std::filesystem::path socket;  ///< the reader's NBD socket
    std::string export_name;       ///< vm/tiny@3
    DiskBus bus = DiskBus::virtio;
};

struct DomainSpec {
    std::string name; ///< libvirt's name for it: farboot-<series>
    std::string title;
    Accelerator accelerator = Accelerator::tcg;
    Chipset chipset = Chipset::q35;
    Firmware firmware = Firmware::bios;
    std::filesystem::path nvram; ///< the UEFI variables' file, on scratch space; unused with bios
    std::uint64_t memory_mib = 0;
    std::uint32_t cpus = 1;
    bool windows = false; ///< a Windows guest: local time in the clock, Hyper-V interfaces
    bool tpm = false;     ///< a TPM 2.0 by swtpm
    DiskSpec disk;
    NicModel nic = NicModel::virtio;
    VideoModel video = VideoModel::virtio;
    bool sound = true;
    bool usb = false;             ///< devices of the PC's ports can be handed to it
    bool clipboard = true;        ///< copy and paste, and files dropped on its picture
    std::filesystem::path home{}; ///< a folder of the PC that the guest can mount (9p, tag "home"); empty: none
    bool home_writable = false;
    std::filesystem::path script_medium{}; ///< a CD with a script for the guest; empty: none
    std::filesystem::path serial_socket;   ///< QEMU listens here; its peer reads the guest's serial line
};

} // namespace farboot::vmchooser
