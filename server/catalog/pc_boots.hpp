#pragma once

#include "server/catalog/pc.hpp"

#include "rootfs/record/record.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What became of a PC's starts; the last 20 are kept.
namespace farboot::catalog
{

/// A stage that the PC went through.
struct PcStage {
    std::string name;   ///< as in its stage line (docs/agent-protocol.md)
    double seconds = 0; ///< since its kernel's start
};
inline constexpr std::size_t max_pc_stages = 100;

/// Of a list [{"name", "seconds"}, …]; what is malformed, and whatever is too much, is left out.
[[nodiscard]] std::vector<PcStage> stages_of(const nlohmann::json& list);
[[nodiscard]] nlohmann::json to_json(const std::vector<PcStage>& stages);

struct PcBoot {
    std::int64_t id = 0;
    std::string boot_id; ///< the preboot kernel's, which tells a start from a menu that is loaded again
    std::chrono::sys_seconds begun{};
    std::string record; ///< what it has started; empty: nothing yet
    std::int64_t number = 0;
    std::vector<PcStage> stages;
    std::vector<PcStage> system_stages;
    std::optional<std::chrono::sys_seconds> ended;
    /// "power-off", "reboot", "crash" (it came up anew while its system ran), "power-lost" (the same in standby),
    /// "silent" (its system never said a word), "left" (switched off in the menu); empty: it goes on
    std::string ending;

    [[nodiscard]] nlohmann::json to_json() const;
};

/// The preboot system is there. A start whose boot_id is new ends the one before, with what can be told of it from
/// `before`, the PC's state until now.
void begin_pc_boot(Connection& connection, std::int64_t pc, std::string_view boot_id, PcState before,
                   const std::vector<PcStage>& stages, std::chrono::sys_seconds now);
/// It will start this record's system.
void choose_pc_boot(Connection& connection, std::int64_t pc, const rootfs::RecordHeader& record);
/// Replaces the stages that the PC has told of, in the preboot system or in the one booted.
void tell_pc_stages(Connection& connection, std::int64_t pc, bool system, const std::vector<PcStage>& stages);
void end_pc_boot(Connection& connection, std::int64_t pc, std::string_view ending, std::chrono::sys_seconds now);

/// The one that goes on, or was last; nothing: the PC never told of one.
[[nodiscard]] std::optional<PcBoot> newest_pc_boot(Connection& connection, std::int64_t pc);
/// Newest first.
[[nodiscard]] std::vector<PcBoot> list_pc_boots(Connection& connection, std::int64_t pc);

} // namespace farboot::catalog
