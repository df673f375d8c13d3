#include "rootfs/guess/file_picks.hpp"

#include "rootfs/guess/elf_needs.hpp"
#include "rootfs/image/trace.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace farboot::rootfs
{

namespace
{

using Node = FileTree::Node;

/// Larger programs and libraries are not looked into; larger scripts neither.
constexpr std::uint64_t largest_elf = 32 * 1024 * 1024;
constexpr std::uint64_t largest_script = 128 * 1024;
constexpr std::size_t head_bytes = 256;
/// Of folders in folders, and of libraries that need libraries.
constexpr int deepest = 64;
/// A trace has no more reads.
constexpr std::size_t most_files = Trace::most_reads;
constexpr std::array program_folders{"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"};
constexpr std::array system_folders{"/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/"};

bool is_word(char letter)
{
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || std::string_view("._/+-").contains(letter);
}

std::string_view folder_of(std::string_view path)
{
    return path.substr(0, path.rfind('/'));
}

} // namespace

FilePicks::FilePicks(const FileTree& tree) : tree_(tree), modules_(tree)
{
    for (const auto* top : {"/usr/lib", "/usr/lib64", "/lib", "/lib64"}) {
        const auto* folder = tree_.find(top);
        if (folder == nullptr || std::ranges::find(library_folders_, folder->path) != library_folders_.end())
            continue;
        library_folders_.push_back(folder->path);
        for (const auto& [name, entry] : folder->entries)
            if (name.contains("-linux-") && entry->kind == Node::Kind::folder)
                library_folders_.push_back(entry->path);
    }
}

void FilePicks::add(std::string_view path, Commands commands)
{
    if (const auto* file = tree_.find_file(path); file != nullptr)
        take(*file, commands);
}

bool FilePicks::has(std::string_view path) const
{
    const auto* file = tree_.find_file(path);
    return file != nullptr && seen_.contains(file);
}

void FilePicks::take(const Node& file, Commands commands)
{
    if (depth_ == deepest || !note(file))
        return;
    ++depth_;
    const auto head = tree_.read(file, head_bytes);
    if (head.starts_with("\x7f"
                         "ELF") &&
        file.bytes <= largest_elf)
        take_libraries(file);
    else if (head.starts_with("#!") && file.bytes <= largest_script)
        take_script(file, commands);
    --depth_;
}

/// False if it was there, or has nothing to read.
bool FilePicks::note(const Node& file)
{
    if (file.bytes == 0 || files_.size() == most_files || tree_.stopped() || !seen_.insert(&file).second)
        return false;
    files_.push_back(&file);
    return true;
}

void FilePicks::take_libraries(const Node& file)
{
    auto bytes = tree_.read(file, largest_elf);
    const auto needs = elf_needs(bytes);
    add(needs.loader);
    std::vector<std::string> folders;
    for (auto folder : needs.folders) {
        if (folder.starts_with("$ORIGIN"))
            folder.replace(0, 7, folder_of(file.path));
        folders.push_back(std::move(folder));
    }
    folders.insert(folders.end(), library_folders_.begin(), library_folders_.end());
    folders.emplace_back(folder_of(file.path));
    for (const auto& library : needs.libraries)
        for (const auto& folder : folders)
            if (const auto* found = tree_.find_file(fmt::format("{}/{}", folder, library)); found != nullptr) {
                take(*found, Commands::ignored);
                break;
            }
}

void FilePicks::take_script(const Node& file, Commands commands)
{
    const auto text = tree_.read(file, largest_script);
    if (text.size() < 2) // it could be read a moment ago
        return;
    std::istringstream line(text.substr(2, text.find('\n') - 2));
    std::string interpreter;
    std::string argument;
    line >> interpreter >> argument;
    add(interpreter);
    if (interpreter.ends_with("/env"))
        add_command(argument);
    if (commands == Commands::followed && interpreter.ends_with("sh"))
        add_commands_in(text);
}

void FilePicks::add_command(std::string_view word, Commands commands)
{
    if (word.starts_with('/')) {
        if (std::ranges::any_of(system_folders, [&](const char* folder) { return word.starts_with(folder); }))
            add(word, commands);
        return;
    }
    if (word.contains('/'))
        return;
    for (const auto* folder : program_folders)
        if (const auto* found = tree_.find_file(folder + std::string(word)); found != nullptr)
            return take(*found, commands);
}

void FilePicks::add_module(std::string_view name)
{
    for (const auto* file : modules_.with_needs(name))
        take(*file, Commands::ignored);
}

void FilePicks::add_commands_in(std::string_view text)
{
    std::set<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto begin = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_word);
        const auto end = std::find_if_not(begin, text.end(), is_word);
        if (end - begin > 1)
            words.emplace(begin, end);
        at = static_cast<std::size_t>(end - text.begin());
    }
    for (const auto word : words)
        add_command(word);
}

void FilePicks::walk(const Node& folder, const Visit& visit)
{
    std::set<const Node*> walked; // links may lead in a circle
    walk(folder, visit, walked, 0);
}

void FilePicks::walk(const Node& folder, const Visit& visit, std::set<const Node*>& walked, int depth)
{
    if (depth == deepest || !walked.insert(&folder).second)
        return;
    for (const auto& [name, entry] : folder.entries) {
        const auto* found = tree_.find(entry->path);
        // An alternative may be a whole program's folder; a link upwards is one to everything.
        const auto leads_away = found != entry && entry->path.starts_with("/etc/alternatives/");
        if (found != nullptr && found->kind == Node::Kind::folder && !leads_away &&
            !entry->path.starts_with(found->path + "/"))
            walk(*found, visit, walked, depth + 1);
        else if (found != nullptr && found->kind == Node::Kind::file)
            visit(*found);
    }
}

void FilePicks::add_below(std::string_view folder, const Wanted& wanted)
{
    if (const auto* found = tree_.find(folder); found != nullptr)
        walk(*found, [&](const Node& file) {
            if (!wanted || wanted(file))
                take(file, Commands::followed);
        });
}

void FilePicks::add_plain_below(std::string_view folder, std::uint64_t largest)
{
    if (const auto* found = tree_.find(folder); found != nullptr)
        walk(*found, [&](const Node& file) {
            if (file.bytes <= largest)
                note(file);
        });
}

} // namespace farboot::rootfs
