#pragma once

#include "server/catalog/connection.hpp"
#include "server/rules/fields.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::catalog
{

inline constexpr std::size_t max_job_pcs = 10'000; ///< named one by one

enum class JobAction {
    wake,      ///< be there: in the menu, or in a system
    boot,      ///< start the record's system
    reboot,    ///< come up anew
    power_off, ///< go off
};

inline constexpr std::size_t max_job_parameters = 32;
inline constexpr std::size_t max_job_parameter = 1000; ///< characters of one

/// By their names, of 1 to 40 of a-z, 0-9, "-" and "_".
using JobParameters = std::map<std::string, std::string>;

/// What an admin wants of several PCs at a time (docs/jobs.md).
struct JobWish {
    std::string name;                     ///< may be empty
    std::vector<std::int64_t> pcs;        ///< these …
    std::optional<std::int64_t> location; ///< … or those that are enrolled and here, or below, when the job begins
    JobAction action = JobAction::wake;
    std::string record;                         ///< of boot, "boot/…"
    std::optional<std::chrono::sys_seconds> at; ///< nothing: at once
    std::int64_t at_once = 10;                  ///< PCs that are at it at the same time, 1 … 1000
    std::int64_t spread = 0;                    ///< seconds; each PC's turn comes by chance within them
    std::int64_t patience = 600;                ///< seconds that a PC has to answer, and to come up
    std::int64_t longest = 7200;                ///< seconds that its system has to finish
    bool wake = true;                           ///< with magic packets, those that are off
    bool interrupt = false;                     ///< also where somebody is logged in
    bool finish = true;                         ///< of boot: done when the system says so, not when it runs
    bool then_off = false;                      ///< of boot: off when it is done
    JobParameters parameters;                   ///< of boot: what its system may ask for
    JobParameters secrets;                      ///< the same, but shown to nobody else

    /// {"name", "pcs" or "location", "action", …}
    [[nodiscard]] static rules::Parsed<JobWish> parse(std::string_view json);
    /// Without the secrets.
    [[nodiscard]] nlohmann::json to_json() const;
    /// With them, for the database.
    [[nodiscard]] nlohmann::json stored_json() const;
};

struct Job {
    std::int64_t id = 0;
    JobWish wish{};
    std::string state; ///< "planned", "running", "done", "cancelled"
    std::chrono::sys_seconds made{};
    std::string made_by;
    std::optional<std::chrono::sys_seconds> begun;
    std::optional<std::chrono::sys_seconds> ended;

    /// Throws DatabaseError where the wish cannot be read.
    [[nodiscard]] static Job read(const QSqlQuery& row);
    [[nodiscard]] bool open() const { return state == "planned" || state == "running"; }
    /// `counts`: PCs by their states in it.
    [[nodiscard]] nlohmann::json to_json(const std::map<std::string, std::int64_t>& counts) const;
};

/// Of a row's wish alone.
[[nodiscard]] JobWish read_wish(const QSqlQuery& row);

/// A PC's part in a job. Its states:
///   waiting    its turn has not come
///   called     it is told as soon as it asks; until then it is woken
///   ending     its system was told to end, for another one
///   told       it has got its command
///   started    the job's system runs
///   done, failed, missed (did not answer), skipped (somebody works at it), cancelled
struct JobPc {
    std::int64_t pc = 0;
    std::string name; ///< the PC's
    std::string mac;
    std::string state;
    std::chrono::sys_seconds since{};
    std::string sentence; ///< why, or what its system said; may be empty

    [[nodiscard]] nlohmann::json to_json() const;
};

} // namespace farboot::catalog
