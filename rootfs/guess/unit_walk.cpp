#include "rootfs/guess/unit_walk.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace farboot::rootfs
{

namespace
{

constexpr std::array unit_folders{"/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"};
constexpr std::size_t largest_unit = 256 * 1024;
/// A system has some 500.
constexpr std::size_t most_units = 20'000;
constexpr std::string_view module_unit = "modprobe@";
constexpr std::array dependencies{"Wants", "Requires", "Requisite", "BindsTo", "Sockets", "Unit", "Service"};

} // namespace

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

const FileTree::Node* UnitWalk::find(const std::string& unit) const
{
    for (const auto* folder : unit_folders)
        if (const auto* found = picks_.tree().find_file(folder + unit); found != nullptr)
            return found;
    // getty@tty1.service is made of getty@.service.
    const auto at = unit.find('@');
    const auto dot = unit.rfind('.');
    if (at == unit.npos || dot == unit.npos || dot <= at + 1)
        return nullptr;
    return find(unit.substr(0, at + 1) + unit.substr(dot));
}

void UnitWalk::take(const std::string& unit)
{
    take_wants(unit);
    if (unit.starts_with(module_unit))
        picks_.add_module(std::string_view(unit).substr(module_unit.size(), unit.rfind('.') - module_unit.size()));
    const auto* file = find(unit);
    if (file == nullptr)
        return;
    const auto name = file->path.substr(file->path.rfind('/') + 1);
    if (name != unit && known_.insert(name).second) // default.target is graphical.target
        take_wants(name);
    picks_.add(file->path);
    std::istringstream text(picks_.tree().read(*file, largest_unit));
    for (std::string line; std::getline(text, line);)
        if (const auto sign = line.find('='); sign != line.npos)
            take_line(std::string_view(line).substr(0, sign), std::string_view(line).substr(sign + 1));
    if (unit.ends_with(".socket"))
        on_use_.push_back(unit.substr(0, unit.rfind('.')) + ".service");
}

void UnitWalk::want(const std::string& unit)
{
    if (waiting_.size() < most_units && !known_.contains(unit))
        waiting_.push_back(unit);
}

void UnitWalk::take_wants(const std::string& unit)
{
    for (const auto* folder : unit_folders)
        for (const auto* kind : {".wants", ".requires"})
            if (const auto* found = picks_.tree().find(folder + unit + kind); found != nullptr)
                for (const auto& [name, entry] : found->entries)
                    want(name);
}

void UnitWalk::take_line(std::string_view key, std::string_view value)
{
    std::istringstream words{std::string(value)};
    std::string word;
    if (std::ranges::find(dependencies, key) != dependencies.end()) {
        while (words >> word)
            want(word);
        return;
    }
    if (!key.starts_with("Exec"))
        return;
    words >> word;
    picks_.add_command(word.substr(std::min(word.find_first_not_of("-@:+!|"), word.size())),
                       FilePicks::Commands::followed);
    while (words >> word)
        if (word.starts_with('/'))
            picks_.add_command(word, FilePicks::Commands::followed);
}

} // namespace farboot::rootfs
