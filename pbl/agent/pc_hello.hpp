#pragma once

#include "pbl/agent/job.hpp"
#include "pbl/agent/menu.hpp"
#include "pbl/agent/network.hpp"
#include "pbl/agent/pc_key.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace farboot::agent
{

/// What an admin wants this PC to do (docs/pcs.md).
struct PcCommand {
    std::int64_t id = 0;
    std::string action;                       ///< "reboot", "power-off" or "boot"
    std::optional<rootfs::RecordName> record; ///< of "boot"

    /// Nothing for null and for what this agent does not know.
    [[nodiscard]] static std::optional<PcCommand> parse(const nlohmann::json& json);
};

/// Who the server takes this PC for.
struct Registered {
    std::int64_t id = 0;
    std::string name;
    std::string key_state; ///< "none", "waiting", "confirmed" or "other"
    std::string key_code;  ///< for people to compare; may be empty
    std::string session;   ///< secret; empty: none
    std::string settings;  ///< of the system that it boots, as JSON (docs/settings.md); empty: none
    int again = 30;        ///< seconds until it wants to hear of this PC
    std::optional<PcCommand> command;

    /// {"event": "pc", …} of docs/agent-protocol.md. The session is not in it.
    [[nodiscard]] nlohmann::json event() const;
};

struct Welcome {
    std::optional<Registered> pc; ///< nothing: the server registers none, or cannot tell this one from others
    nlohmann::json menu;
};

/// Says hello, proving `key` if there is one, and gets the menu. A server that does not know hellos is asked for its
/// menu alone. Reasons: those of ServerApi, menu-malformed.
[[nodiscard]] Result<Welcome> say_hello(JobContext& job, const Network& network, PcKey* key);

/// What a system is to be set to, of an answer of the server's, as text; empty: nothing. The agent hands it over
/// unread.
[[nodiscard]] std::string settings_in(const nlohmann::json& answer);

/// [{"name", "seconds"}, …], as a report has it.
[[nodiscard]] nlohmann::json stages_json(const StageLog& log);

} // namespace farboot::agent
