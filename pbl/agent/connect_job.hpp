#pragma once

#include "pbl/agent/job.hpp"
#include "pbl/agent/menu.hpp"
#include "pbl/agent/network.hpp"
#include "pbl/agent/pc_hello.hpp"
#include "pbl/agent/pc_keys.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace farboot::agent
{

/// What the agent knows once it has talked to the server.
struct Connected {
    Network network;
    Menu menu;
    std::optional<Registered> pc{}; ///< nothing: the server does not register this PC
    /// Why the server's statement or policy is not accepted: the menu can be shown, but nothing of it will boot.
    std::optional<Error> refusal{};
    std::string refused{}; ///< the record that the refusal is about
};

/// From no network to a menu: waits for the network, asks for a statement, says hello, which brings the menu, and
/// asks for policies newer than ours.
/// Fails only with reasons that waiting does not heal (menu-malformed, http-404 …), or cancelled.
[[nodiscard]] Result<Connected> connect(JobContext& job, PcKeys& keys, const std::filesystem::path& network_file,
                                        const std::string& language);

} // namespace farboot::agent
