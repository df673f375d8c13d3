#pragma once

#include "rootfs/image/local_image.hpp"
#include "rootfs/image/trace.hpp"
#include "rootfs/record/record.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>

namespace farboot::rootfs
{

struct TrialOptions {
    std::uint32_t memory_mib = 2048;
    bool kvm = false;
    std::string until;              ///< what stands on the serial console when the trial is over; empty: nothing does
    std::chrono::seconds quiet{30}; ///< it is over when nothing new was read for so long
    std::chrono::seconds longest{900};
    std::string scratch = "/var/tmp"; ///< folder for a copy of the image
};

/// Starts a system of the store in QEMU on this machine, without any network to the outside, and writes down what it
/// reads of its image. Says how far it is. Reasons: program-missing, program-failed, cancelled, not-found (a file of
/// the record is not in the store), no-reads (the image was never read).
/// `record` has an image, `image` is it.
[[nodiscard]] Result<Trace> trial_boot(const Store& store, const BootRecord& record, const LocalImage& image,
                                       const TrialOptions& options, const std::stop_token& stop);
/// The same with a virtual machine's disk, whose changes are thrown away.
[[nodiscard]] Result<Trace> trial_boot(const VmRecord& record, const LocalImage& image, const TrialOptions& options,
                                       const std::stop_token& stop);

} // namespace farboot::rootfs
