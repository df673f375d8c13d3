#pragma once

#include "pbl/agent/job.hpp"
#include "pbl/agent/menu.hpp"
#include "pbl/agent/network.hpp"
#include "pbl/agent/site.hpp"

#include <filesystem>
#include <string>

namespace farboot::agent
{

/// What a boot needs to know besides the record.
struct BootFacts {
    rootfs::RecordName record;
    std::string title; ///< from the menu, until the record's own is known
    Menu menu;
    Network network;
    std::filesystem::path folder; ///< for kernel and initramfs, emptied when the boot does not come about
    std::string session;          ///< of the PC at the server; empty: none
    std::string settings;         ///< that came with the session; empty: none
    std::string kexec = "kexec";
};

/// From a choice to another kernel: fetches and checks the record and its files, loads them and jumps. Returns only if
/// that does not come about, or to a test. Reasons: those of docs/records.md, kexec-failed, memory-short, http-…,
/// cancelled.
[[nodiscard]] Result<void> boot(JobContext& job, const Site& site, const BootFacts& facts);

} // namespace farboot::agent
