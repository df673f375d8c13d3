#pragma once

#include "server/catalog/pc.hpp"
#include "server/people/user.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who has logged in at a PC (docs/users.md "At a PC"). He does so with another device: the PC shows a code, and
/// whoever has logged in there confirms it, as in RFC 8628. From then on he is the PC's person, in its preboot system
/// and in what it boots, until he logs out or the PC ends or comes up anew.
namespace farboot::catalog
{

inline constexpr std::chrono::minutes pc_login_life{10};
inline constexpr std::chrono::seconds pc_login_pause{5}; ///< between two questions of a PC, at least

/// A PC that waits for somebody to confirm its code.
struct PcLogin {
    std::int64_t pc = 0;
    std::string code;    ///< 8 letters
    std::string address; ///< where the PC asked from
    std::chrono::sys_seconds expires;
};

enum class LoginState { none, waiting, too_fast, confirmed, refused };
struct LoginAnswer {
    LoginState state = LoginState::none; ///< none: nothing was begun, or it took too long
    std::chrono::seconds pause = pc_login_pause;
};

/// Begins a log-in at the PC; an earlier one ends.
PcLogin begin_pc_login(Connection& connection, std::int64_t pc, std::string_view address, std::chrono::sys_seconds now);
/// The PC asks what has become of it. Who asks too often has to wait longer.
[[nodiscard]] LoginAnswer ask_pc_login(Connection& connection, std::int64_t pc, std::chrono::sys_seconds now);
/// Letters in any case, with or without a dash.
[[nodiscard]] std::optional<PcLogin> find_pc_login(Connection& connection, std::string_view code,
                                                   std::chrono::sys_seconds now);
/// He has been asked whether it is he. Reason: code-unknown (too late, used, or never given out).
[[nodiscard]] Result<void> answer_pc_login(Connection& connection, std::string_view code, std::int64_t user,
                                           bool confirmed, std::chrono::sys_seconds now);

/// Who has logged in at the PC, if he may still.
[[nodiscard]] std::optional<people::User> person_at(Connection& connection, std::int64_t pc);
/// Names of the groups that he is in, of whatever origin.
[[nodiscard]] std::vector<std::string> group_names_of(Connection& connection, std::int64_t user);
/// He has logged out, or the PC has ended; what was begun there ends, too.
void end_person_at(Connection& connection, std::int64_t pc);

/// Where somebody has logged in.
struct PersonsPc {
    std::int64_t pc = 0;
    std::string name;
    std::chrono::sys_seconds since;
};
[[nodiscard]] std::vector<PersonsPc> pcs_of_person(Connection& connection, std::int64_t user);

/// Entries, the dearest first.
[[nodiscard]] std::vector<std::int64_t> favourites_of(Connection& connection, std::int64_t user);
inline constexpr std::size_t max_favourites = 100;
/// Reasons: entry-unknown, too-many.
[[nodiscard]] Result<void> set_favourites(Connection& connection, std::int64_t user,
                                          const std::vector<std::int64_t>& entries);

} // namespace farboot::catalog
