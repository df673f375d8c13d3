#pragma once

#include "rootfs/base/error.hpp"
#include "vmchooser/system/processes.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace farboot::vmchooser
{

/// The folder of one running machine on scratch space: the overlay with what the guest writes, UEFI variables, sockets.
/// Locked while it is in use, removed with the object; what a crash left behind is removed by whoever comes next.
class Scratch
{
public:
    /// Creates <base>/<name>/, after sweeping <base> of folders that nobody holds. `base` is created for this user
    /// alone, and refused if others may write to it. Reasons: machine-exists (it runs already), scratch (with the
    /// system's reason).
    [[nodiscard]] static Result<Scratch> create(const std::filesystem::path& base, const std::string& name);
    ~Scratch();
    Scratch(Scratch&& other) noexcept;
    Scratch& operator=(Scratch&&) = delete;

    /// An empty qcow2 as large as the image, rounded up to whole sectors: a smaller one would silently cut the disk.
    /// Reasons: scratch, program-missing.
    [[nodiscard]] Result<void> make_overlay(std::uint64_t image_bytes, Processes& processes,
                                            std::stop_token stop) const;

    [[nodiscard]] std::filesystem::path overlay() const { return folder_ / "disk.qcow2"; }
    [[nodiscard]] std::filesystem::path nvram() const { return folder_ / "uefi-vars.fd"; }
    [[nodiscard]] std::filesystem::path script_medium() const { return folder_ / "script.iso"; }
    [[nodiscard]] std::filesystem::path serial_socket() const { return folder_ / "serial"; }

private:
    Scratch(std::filesystem::path folder, int lock) : folder_(std::move(folder)), lock_(lock) {}
    std::filesystem::path folder_;
    int lock_;
};

/// /var/tmp/farboot-<uid>: on disk, and not in a home folder that comes over the network.
[[nodiscard]] std::filesystem::path default_scratch_base();

} // namespace farboot::vmchooser
