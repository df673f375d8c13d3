#pragma once

#include "server/catalog/pcs.hpp"

#include "rootfs/record/record.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What a PC speaks to the server with, once it has been met (docs/pcs.md): a session of its preboot system, a boot
/// token on the way, and a session of the system that it has booted. Only hashes of their secrets are kept.
namespace farboot::catalog
{

inline constexpr std::chrono::hours pc_session_life{24};  ///< renewed whenever it is used
inline constexpr std::chrono::minutes boot_token_life{5}; ///< and good for once

enum class PcSessionKind { preboot, system };

struct PcSession {
    std::int64_t pc = 0;
    PcSessionKind kind = PcSessionKind::preboot;
    /// Begun with the key that is confirmed for the PC now. A preboot system's also had to be confirmed then: it says
    /// hello again. A system cannot, so that it counts from the moment on when the key is confirmed.
    bool enrolled = false;
    std::string proven{}; ///< the key that it was begun with, whether anybody had confirmed it or not; empty: none
};

/// Ends what the PC had before. `proven`: the key that was proven, or empty; `confirmed`: had it been confirmed?
void begin_pc_session(Connection& connection, std::string_view secret, std::int64_t pc, PcSessionKind kind,
                      std::string_view proven, bool confirmed, std::chrono::sys_seconds now);
[[nodiscard]] std::optional<PcSession> find_pc_session(Connection& connection, std::string_view secret,
                                                       std::chrono::sys_seconds now);
void renew_pc_session(Connection& connection, std::string_view secret, std::chrono::sys_seconds now);

/// A token for the system of this record, which the PC is about to start. Only one is good at a time.
void make_boot_token(Connection& connection, std::string_view secret, const PcSession& session,
                     const rootfs::RecordName& record, std::chrono::sys_seconds now);
/// The system of a record shows its token, which is no good from then on: its session begins, with `session_secret`.
/// Reason: token-wrong (never given out, used, too old, or another record's).
[[nodiscard]] Result<Pc> use_boot_token(Connection& connection, std::string_view token,
                                        const rootfs::RecordName& record, std::string_view session_secret,
                                        std::chrono::sys_seconds now);

} // namespace farboot::catalog
