#pragma once

#include "rootfs/guess/file_picks.hpp"

#include <deque>
#include <set>

namespace farboot::rootfs
{

/// Picks what systemd starts: its units from a target on, with what they want and require, and the programs that they
/// run. Conditions, and dependencies in the other direction, are not looked at.
class UnitWalk
{
public:
    explicit UnitWalk(FilePicks& picks) : picks_(picks) {}

    /// Each unit once. Those that are not there are passed over.
    void start(std::deque<std::string> units);
    /// What the sockets of the units that were started start once somebody asks.
    void start_on_use();

private:
    [[nodiscard]] const FileTree::Node* find(const std::string& unit) const;
    void take(const std::string& unit);
    void take_line(std::string_view key, std::string_view value);
    void want(const std::string& unit);
    void take_wants(const std::string& unit);

    FilePicks& picks_;
    std::deque<std::string> waiting_;
    std::deque<std::string> on_use_;
    std::set<std::string> known_;
};

} // namespace farboot::rootfs
