#pragma once

#include "pbl/agent/menu.hpp"
#include "pbl/agent/network.hpp"
#include "pbl/agent/site.hpp"
#include "rootfs/record/trust.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace farboot::agent
{

/// A file that the server may push, since the record lists it. It is handed over unread.
struct PushedFile {
    std::string name;
    std::string content;
};

/// What a booted system is handed.
struct Handover {
    const rootfs::VerifiedRecord& record;
    const rootfs::Trust& trust;
    const Site& site;
    const Menu& menu;
    const Network& network;
    std::string boot_token; ///< empty: there is none
    std::vector<PushedFile> pushed{};
    std::chrono::system_clock::time_point now{}; ///< by the PC's clock, which the statement has set
};

/// The archive with /farboot/* (docs/records.md).
[[nodiscard]] std::string handover_archive(const Handover& handover);

} // namespace farboot::agent
