#pragma once

#include "pbl/agent/sentence.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace farboot::agent
{

/// Where the agent is: the states of docs/agent-protocol.md, which draws them.
enum class Phase { network, server, menu, countdown, fetching, verifying, loading, handover, waiting, error };

[[nodiscard]] std::string_view to_string(Phase phase);

struct Transfer {
    std::uint64_t bytes = 0; ///< so far
    std::uint64_t total = 0;
    std::uint64_t rate = 0; ///< bytes a second, over the last seconds
    bool operator==(const Transfer&) const = default;
};

/// What the faces are told.
struct Status {
    Phase phase = Phase::network;
    std::string record{}; ///< "boot/…", of what is being started, or empty
    std::string title{};  ///< the same for people
    std::optional<Transfer> transfer{};
    std::optional<int> seconds{}; ///< of countdown and waiting
    std::string reason{};         ///< of waiting and error
    Sentence sentence{};          ///< of waiting and error

    bool operator==(const Status&) const = default;
};

/// The event of docs/agent-protocol.md.
[[nodiscard]] nlohmann::json to_json(const Status& status);

} // namespace farboot::agent
