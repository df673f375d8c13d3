#pragma once

#include "server/catalog/pc.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What enrolled PCs have read of their images while they started (docs/boot-profiles.md): boot profiles are made of
/// it.
namespace farboot::catalog
{

struct PcTrace {
    std::int64_t id = 0;
    std::string manifest; ///< of the image, in hex
    std::int64_t pc = 0;
    std::string hardware; ///< names of its hardware classes, or vendor and product
    std::string session;  ///< what was started: the record's name
    std::chrono::sys_seconds made{};
    std::int64_t reads = 0;
    std::string content; ///< the trace's text; not in lists

    [[nodiscard]] nlohmann::json to_json() const;
};

/// Takes the place of the PC's older one of the same session; of an image the newest 50 are kept. Gives it with its id.
[[nodiscard]] Result<PcTrace> take_pc_trace(Connection& connection, PcTrace trace);
/// Those with ids greater than `after`, of one image unless `manifest` is empty; without content.
[[nodiscard]] std::vector<PcTrace> list_pc_traces(Connection& connection, std::string_view manifest, std::int64_t after,
                                                  int limit);
[[nodiscard]] std::optional<PcTrace> find_pc_trace(Connection& connection, std::int64_t id);

} // namespace farboot::catalog
