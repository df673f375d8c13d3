#include "rootfs/guess/unit_walk.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace farboot::rootfs
{

namespace
{

/// A system has some 500.
constexpr std::size_t most_units = 20'000;
constexpr std::string_view module_unit = "modprobe@";

} // namespace

UnitWalk::UnitWalk(FilePicks& picks, const StartUnits& units)
    : picks_(picks), files_(picks.tree()), known_(units.masked.begin(), units.masked.end())
{
    // systemd itself does so where its target is missing.
    goals_.push_back(files_.find(units.target) == nullptr ? "rescue.target" : units.target);
    goals_.insert(goals_.end(), units.wanted.begin(), units.wanted.end());
    find_wanted();
}

void UnitWalk::find_wanted()
{
    auto waiting = goals_;
    while (!waiting.empty() && wanted_.size() < most_units && !picks_.tree().stopped()) {
        const auto name = std::move(waiting.front());
        waiting.pop_front();
        if (known_.contains(name) || !wanted_.insert(name).second)
            continue;
        const auto unit = files_.read(name);
        if (known_.contains(unit.name)) { // masked by its file's name
            wanted_.erase(name);
            continue;
        }
        wanted_.insert(unit.name);
        if (unit.late)
            waiting.emplace_back("sysinit.target");
        for (const auto& next : unit.wants)
            if (waiting.size() < most_units && !wanted_.contains(next))
                waiting.push_back(next);
    }
}

bool UnitWalk::wants(const std::string& unit) const
{
    const auto* file = files_.find(unit);
    return wanted_.contains(unit) ||
           (file != nullptr && wanted_.contains(file->path.substr(file->path.rfind('/') + 1)));
}

void UnitWalk::start(std::deque<std::string> units)
{
    waiting_ = std::move(units);
    while (!waiting_.empty() && known_.size() < most_units) {
        const auto unit = std::move(waiting_.front());
        waiting_.pop_front();
        if (known_.insert(unit).second)
            take(unit);
    }
}

void UnitWalk::start_on_use()
{
    while (!on_use_.empty()) // what they start has sockets, too
        start(std::exchange(on_use_, {}));
}

void UnitWalk::take(const std::string& name)
{
    if (name.starts_with(module_unit))
        picks_.add_module(std::string_view(name).substr(module_unit.size(), name.rfind('.') - module_unit.size()));
    const auto unit = files_.read(name);
    if (unit.name != name && !known_.insert(unit.name).second)
        return;
    for (const auto& next : unit.wants)
        if (waiting_.size() < most_units && !known_.contains(next))
            waiting_.push_back(next);
    if (unit.file == nullptr)
        return;
    picks_.add(unit.file->path);
    for (const auto& command : unit.commands) {
        std::istringstream words(command);
        std::string word;
        words >> word;
        picks_.add_command(word.substr(std::min(word.find_first_not_of("-@:+!|"), word.size())),
                           FilePicks::Commands::followed);
        while (words >> word)
            if (word.starts_with('/'))
                picks_.add_command(word, FilePicks::Commands::followed);
    }
    if (!unit.on_use.empty())
        on_use_.push_back(unit.on_use);
}

} // namespace farboot::rootfs
