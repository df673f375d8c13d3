#pragma once

#include "rootfs/guess/file_picks.hpp"
#include "rootfs/guess/start_units.hpp"
#include "rootfs/guess/unit_files.hpp"

#include <deque>
#include <set>

namespace farboot::rootfs
{

/// Picks what systemd starts: its units from a target on, with what they want and require, and the programs that they
/// run.
class UnitWalk
{
public:
    explicit UnitWalk(FilePicks& picks, const StartUnits& units = {});

    /// The target, and what is wanted besides.
    [[nodiscard]] const std::deque<std::string>& goals() const { return goals_; }
    /// Whether those bring it, by this name or by its file's.
    [[nodiscard]] bool wants(const std::string& unit) const;

    /// Each unit once. Those that are not there are passed over.
    void start(std::deque<std::string> units);
    /// What the sockets of the units that were started start once somebody asks.
    void start_on_use();

private:
    void find_wanted();
    void take(const std::string& unit);

    FilePicks& picks_;
    UnitFiles files_;
    std::deque<std::string> goals_;
    std::set<std::string> wanted_; ///< all that they bring
    std::deque<std::string> waiting_;
    std::deque<std::string> on_use_;
    std::set<std::string> known_; ///< that were started, or are masked
};

} // namespace farboot::rootfs
