#pragma once

#include "rootfs/kexec/output_file.hpp"
#include "rootfs/record/record.hpp"
#include "rootfs/system/pc_session.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

/// The start after this one without firmware and preboot system (docs/pcs.md).
namespace farboot::rootfs
{

/// Gives a kernel, its initramfs and its command line to the running kernel.
using LoadKernel = std::function<Result<void>(OutputFile kernel, OutputFile initramfs, const std::string& cmdline)>;

/// Fetches and checks the version of a boot record that the server offers now, makes the hand-over that the preboot
/// system would make, and loads all of it. `folder`: what this system was handed itself, /run/farboot. `proc`: where
/// meminfo says whether there is room. Reasons: fetch_fresh_record()'s, digest-mismatch, memory-short, address-changed,
/// load()'s.
[[nodiscard]] Result<void> load_next_start(PcSession& session, const std::filesystem::path& folder,
                                           const RecordName& name, const LoadKernel& load, const std::stop_token& stop,
                                           const std::filesystem::path& proc = "/proc");

/// LoadKernel by kexec_file_load(2). Reason: kexec-failed.
[[nodiscard]] Result<void> load_kernel(OutputFile kernel, OutputFile initramfs, const std::string& cmdline);

} // namespace farboot::rootfs
