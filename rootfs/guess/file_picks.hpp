#pragma once

#include "rootfs/guess/kernel_modules.hpp"

#include <functional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

namespace farboot::rootfs
{

/// Files of a tree in the order in which they are picked, each once, each with what it cannot be used without: a
/// program with its libraries, a script with its interpreter and the commands that it names.
class FilePicks
{
public:
    explicit FilePicks(const FileTree& tree);

    [[nodiscard]] const FileTree& tree() const { return tree_; }
    [[nodiscard]] const std::vector<const FileTree::Node*>& files() const { return files_; }

    /// Whether it was picked.
    [[nodiscard]] bool has(std::string_view path) const;

    /// How far a script is followed.
    enum class Commands { followed, ignored };

    /// Does nothing if there is no such file.
    void add(std::string_view path, Commands commands = Commands::followed);
    /// A path, or a name that is looked for where programs are.
    void add_command(std::string_view word, Commands commands = Commands::ignored);
    /// The words of a script or a unit's command line that are commands.
    void add_commands_in(std::string_view text);

    /// A kernel module with those that it needs.
    void add_module(std::string_view name);

    using Wanted = std::function<bool(const FileTree::Node&)>;
    /// Files below a folder, by name; `wanted` may be empty.
    void add_below(std::string_view folder, const Wanted& wanted = {});
    /// Files that are read as they are, without what they name.
    void add_plain_below(std::string_view folder, std::uint64_t largest);
    /// Where libraries lie: "/usr/lib", "/usr/lib/x86_64-linux-gnu", …
    [[nodiscard]] const std::vector<std::string>& library_folders() const { return library_folders_; }

private:
    bool note(const FileTree::Node& file);
    void take(const FileTree::Node& file, Commands commands);
    void take_libraries(const FileTree::Node& file);
    void take_script(const FileTree::Node& file, Commands commands);
    using Visit = std::function<void(const FileTree::Node&)>;
    void walk(const FileTree::Node& folder, const Visit& visit);
    void walk(const FileTree::Node& folder, const Visit& visit, std::set<const FileTree::Node*>& walked, int depth);

    const FileTree& tree_;
    KernelModules modules_;
    std::vector<std::string> library_folders_;
    std::unordered_set<const FileTree::Node*> seen_;
    std::vector<const FileTree::Node*> files_;
    int depth_ = 0; ///< of those that are being taken
};

} // namespace farboot::rootfs
