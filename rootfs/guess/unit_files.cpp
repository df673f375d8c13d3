#include "rootfs/guess/unit_files.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

using Node = FileTree::Node;

/// The first one that has a unit counts.
constexpr std::array unit_folders{"/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"};
constexpr std::size_t largest_unit = 256 * 1024;
constexpr std::array dependencies{"Wants", "Requires", "Requisite", "BindsTo", "Sockets", "Unit"};
/// Of units that start something by themselves; targets and devices wait for nothing.
constexpr std::array late_types{".service", ".socket", ".timer", ".path"};

} // namespace

bool UnitFiles::is_masked(const std::string& path) const
{
    const auto slash = path.rfind('/');
    const auto* folder = tree_.find(path.substr(0, slash));
    if (folder == nullptr)
        return false;
    const auto entry = folder->entries.find(path.substr(slash + 1));
    return entry != folder->entries.end() && entry->second->kind == Node::Kind::link &&
           entry->second->target == "/dev/null";
}

const Node* UnitFiles::find(const std::string& name) const
{
    for (const std::string folder : unit_folders) {
        if (const auto* found = tree_.find_file(folder + name); found != nullptr)
            return found;
        if (is_masked(folder + name))
            return nullptr;
    }
    // getty@tty1.service is made of getty@.service.
    const auto at = name.find('@');
    const auto dot = name.rfind('.');
    if (at == name.npos || dot == name.npos || dot <= at + 1)
        return nullptr;
    return find(name.substr(0, at + 1) + name.substr(dot));
}

UnitFiles::Unit UnitFiles::read(const std::string& name) const
{
    Unit unit{find(name), name};
    add_wants(name, unit.wants);
    if (unit.file == nullptr)
        return unit;
    unit.name = unit.file->path.substr(unit.file->path.rfind('/') + 1);
    if (unit.name != name)
        add_wants(unit.name, unit.wants);
    const auto is_socket = name.ends_with(".socket");
    if (is_socket)
        unit.on_use = name.substr(0, name.rfind('.')) + ".service";
    unit.late = std::ranges::any_of(late_types, [&](const char* type) { return name.ends_with(type); });
    std::istringstream text(tree_.read(*unit.file, largest_unit));
    for (std::string line; std::getline(text, line);) {
        const auto sign = line.find('=');
        const auto key = std::string_view(line).substr(0, std::min(sign, line.size()));
        if (sign == line.npos)
            continue;
        const auto value = line.substr(sign + 1);
        if (key.starts_with("Exec"))
            unit.commands.push_back(value);
        else if (key == "Service" && is_socket)
            unit.on_use = value;
        else if (key == "DefaultDependencies")
            unit.late = unit.late && !value.starts_with("no") && !value.starts_with("false");
        else if (std::ranges::find(dependencies, key) != dependencies.end()) {
            std::istringstream words(value);
            for (std::string word; words >> word;)
                unit.wants.push_back(word);
        }
    }
    return unit;
}

void UnitFiles::add_wants(const std::string& name, std::vector<std::string>& wants) const
{
    for (const std::string folder : unit_folders)
        for (const auto* kind : {".wants", ".requires"})
            if (const auto* found = tree_.find(folder + name + kind); found != nullptr)
                for (const auto& [entry, node] : found->entries)
                    wants.push_back(entry);
}

} // namespace farboot::rootfs
