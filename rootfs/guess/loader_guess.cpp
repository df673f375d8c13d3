#include "rootfs/guess/loader_guess.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

using Node = FileTree::Node;
using Words = std::vector<std::string>;

constexpr std::size_t largest_configuration = 256 * 1024;
constexpr std::array kernel_words{"linux", "linux16", "linuxefi", "kernel"};
constexpr std::array initramfs_words{"initrd", "initrd16", "initrdefi"};
/// Where a file system of its own for /boot has them, too.
constexpr std::array boot_folders{"/boot", ""};
constexpr std::array configurations{"/grub/grub.cfg", "/grub2/grub.cfg", "/extlinux/extlinux.conf",
                                    "/syslinux/syslinux.cfg", "/syslinux.cfg"};

std::vector<Words> lines_of(const FileTree& tree, const Node& file)
{
    std::vector<Words> lines;
    std::istringstream text(tree.read(file, largest_configuration));
    for (std::string line; std::getline(text, line);) {
        std::istringstream rest(line);
        Words words;
        for (std::string word; rest >> word;)
            words.push_back(word);
        if (!words.empty()) {
            std::ranges::transform(words[0], words[0].begin(),
                                   [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
            lines.push_back(std::move(words));
        }
    }
    return lines;
}

/// A path of the file system, or of the configuration's folder.
void add_file(const FileTree& tree, StartRanges& ranges, const Node& configuration, const std::string& name)
{
    const auto* file = tree.find_file(name);
    if (file == nullptr || !name.starts_with('/'))
        file = tree.find_file(configuration.parent->path + "/" + name);
    if (file != nullptr)
        ranges.add_whole(tree, *file);
}

/// The files on the first line that begins with one of these words.
void add_first(const FileTree& tree, StartRanges& ranges, const Node& configuration, const std::vector<Words>& lines,
               std::span<const char* const> keys)
{
    const auto line = std::ranges::find_if(
        lines, [&](const Words& words) { return std::ranges::find(keys, words[0]) != keys.end(); });
    if (line == lines.end())
        return;
    for (std::size_t i = 1; i < line->size(); ++i)
        add_file(tree, ranges, configuration, (*line)[i]);
}

/// Of a list of GRUB's: "name: word word". A command that may be extended has "*name".
std::map<std::string, Words> list_of(const FileTree& tree, const std::string& path)
{
    std::map<std::string, Words> list;
    const auto* file = tree.find_file(path);
    if (file == nullptr)
        return list;
    for (const auto& words : lines_of(tree, *file)) {
        const auto name = words[0].substr(words[0].starts_with('*') ? 1 : 0);
        if (name.ends_with(':'))
            list.emplace(name.substr(0, name.size() - 1), Words(words.begin() + 1, words.end()));
    }
    return list;
}

/// GRUB's modules that its configuration names or whose commands it uses, with those that they need.
void add_grub(const FileTree& tree, StartRanges& ranges, const std::string& folder, const std::vector<Words>& lines)
{
    const auto needs = list_of(tree, folder + "/moddep.lst");
    const auto commands = list_of(tree, folder + "/command.lst");
    Words waiting{"normal"};
    std::set<std::string> looked_up;
    for (const auto& words : lines) {
        if (words[0] == "insmod")
            waiting.insert(waiting.end(), words.begin() + 1, words.end());
        for (const auto& word : words)
            if (const auto found = commands.find(word); found != commands.end() && looked_up.insert(word).second)
                waiting.insert(waiting.end(), found->second.begin(), found->second.end());
    }
    std::ranges::reverse(waiting);
    std::set<std::string> known;
    while (!waiting.empty()) {
        const auto name = std::move(waiting.back());
        waiting.pop_back();
        if (!known.insert(name).second)
            continue;
        if (const auto* module = tree.find_file(fmt::format("{}/{}.mod", folder, name)); module != nullptr)
            ranges.add(tree, *module);
        if (const auto found = needs.find(name); found != needs.end())
            waiting.insert(waiting.end(), found->second.begin(), found->second.end());
    }
    for (const auto* list : {"/command.lst", "/fs.lst", "/crypto.lst", "/terminal.lst"})
        if (const auto* file = tree.find_file(folder + list); file != nullptr)
            ranges.add(tree, *file);
}

/// "APPEND root=… initrd=a.img,b.img" of syslinux
void add_appended(const FileTree& tree, StartRanges& ranges, const Node& configuration, const std::vector<Words>& lines)
{
    constexpr std::string_view key = "initrd=";
    for (const auto& line : lines) {
        if (line[0] != "append")
            continue;
        const auto word = std::ranges::find_if(line, [&](const std::string& one) { return one.starts_with(key); });
        if (word == line.end())
            continue;
        std::istringstream names(word->substr(key.size()));
        for (std::string name; std::getline(names, name, ',');)
            add_file(tree, ranges, configuration, name);
        return;
    }
}

void add_configuration(const FileTree& tree, Firmware firmware, StartRanges& ranges, const Node& configuration)
{
    const auto lines = lines_of(tree, configuration);
    const auto& folder = configuration.parent->path;
    // A disk for both kinds of firmware has both.
    std::array platforms{"/i386-pc", "/x86_64-efi"};
    if (firmware == Firmware::uefi)
        std::ranges::reverse(platforms);
    for (const auto* platform : platforms)
        if (tree.find(folder + platform) != nullptr) {
            add_grub(tree, ranges, folder + platform, lines);
            break;
        }
    ranges.add(tree, configuration);
    for (const auto* besides : {"/grubenv", "/fonts/unicode.pf2", "/unicode.pf2"})
        if (const auto* file = tree.find_file(folder + besides); file != nullptr)
            ranges.add(tree, *file);
    add_first(tree, ranges, configuration, lines, kernel_words);
    add_first(tree, ranges, configuration, lines, initramfs_words);
    add_appended(tree, ranges, configuration, lines);
}

/// The newest of them, by its version: /boot/loader/entries/debian-6.1.conf
const Node* last_entry(const FileTree& tree, const std::string& folder)
{
    const auto* found = tree.find(folder);
    const Node* last = nullptr;
    if (found == nullptr)
        return last;
    for (const auto& [name, entry] : found->entries)
        if (name.ends_with(".conf") && (last == nullptr || strverscmp(last->path.c_str(), entry->path.c_str()) < 0))
            last = entry;
    return last != nullptr ? tree.find_file(last->path) : nullptr;
}

} // namespace

bool guess_loader(const FileTree& tree, Firmware firmware, StartRanges& ranges)
{
    bool found = false;
    const auto take = [&](const Node* configuration) {
        if (configuration == nullptr)
            return;
        if (!found)
            ranges.add_tables(tree);
        found = true;
        add_configuration(tree, firmware, ranges, *configuration);
    };
    for (const std::string boot : boot_folders) {
        for (const auto* name : configurations)
            take(tree.find_file(boot + name));
        take(last_entry(tree, boot + "/loader/entries"));
    }
    return found;
}

} // namespace farboot::rootfs
