#pragma once

#include "rootfs/base/digest.hpp"
#include "rootfs/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The payloads of docs/records.md as types. Every parse() takes the payload's bytes and fails with record-malformed,
/// naming the member, with type-unknown for an unknown type or version, or with type-mismatch for a record of another
/// type; every to_json() gives the bytes to sign. parse(to_json(x)) == x, so a publisher checks its own record by it.
namespace farboot::rootfs
{

/// A record's name over time, "boot/debian-desktop".
struct RecordName {
    std::string type;   ///< boot, vm, gui, policy, statement
    std::string series; ///< [a-z0-9][a-z0-9._-]{0,63}

    auto operator<=>(const RecordName&) const = default;
    [[nodiscard]] std::string text() const { return type + "/" + series; }
    /// Reason: record-malformed.
    [[nodiscard]] static Result<RecordName> parse(std::string_view text);
};

/// True for names that docs/records.md allows for a series or a data file.
[[nodiscard]] bool is_series_name(std::string_view name);

struct RecordHeader {
    RecordName name;
    std::uint64_t number = 0; ///< 1 … 2^53-1

    bool operator==(const RecordHeader&) const = default;
    [[nodiscard]] static Result<RecordHeader> parse(std::string_view payload);
};

/// A whole file in the store, v1/files/<digest>.
struct FileRef {
    Digest digest;
    std::uint64_t size = 0; ///< bytes
    bool operator==(const FileRef&) const = default;
};

/// An image in the store (docs/image-format.md).
struct ImageRef {
    Digest manifest;              ///< digest of the manifest's root
    std::uint64_t root_bytes = 0; ///< length of that root
    std::uint64_t bytes = 0;      ///< length of the image
    /// Who may read it, by name: it lies in that audience's part of the store. Empty: everybody.
    std::string audience{};
    bool operator==(const ImageRef&) const = default;
};

struct DataFile {
    std::string name;
    std::uint64_t max_bytes = 0;
    bool operator==(const DataFile&) const = default;
};

struct BootRecord {
    RecordHeader header;
    std::string title;
    FileRef kernel;
    std::vector<FileRef> initramfs;
    std::string cmdline;
    std::optional<ImageRef> image;
    std::vector<DataFile> data;
    std::uint32_t offline_days = 0;

    bool operator==(const BootRecord&) const = default;
    [[nodiscard]] static Result<BootRecord> parse(std::string_view payload);
    [[nodiscard]] std::string to_json() const;
};

/// What a virtual machine wishes for; the vmchooser turns it into a libvirt domain.
struct MachineWishes {
    std::uint32_t memory_mib = 1024;
    std::uint32_t cpus = 1;
    std::string firmware = "bios";   ///< bios, uefi, uefi-secure
    std::string os;                  ///< a libosinfo id, or empty
    std::string disk_bus = "virtio"; ///< virtio, sata, ide
    std::string nic = "virtio";      ///< virtio, e1000e, none
    bool scripts = false;            ///< it runs scripts that an offering brings: nothing of them is signed
    bool operator==(const MachineWishes&) const = default;
};

struct VmRecord {
    RecordHeader header;
    std::string title;
    ImageRef image;
    MachineWishes machine;

    bool operator==(const VmRecord&) const = default;
    [[nodiscard]] static Result<VmRecord> parse(std::string_view payload);
    [[nodiscard]] std::string to_json() const;
};

struct GuiRecord {
    RecordHeader header;
    std::string title;
    ImageRef image;

    bool operator==(const GuiRecord&) const = default;
    [[nodiscard]] static Result<GuiRecord> parse(std::string_view payload);
    [[nodiscard]] std::string to_json() const;
};

/// The image of a boot, vm or gui payload. Reasons: record-malformed, type-mismatch (a type without an image).
[[nodiscard]] Result<ImageRef> image_of(std::string_view payload);

} // namespace farboot::rootfs
