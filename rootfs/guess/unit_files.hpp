#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <string>
#include <vector>

namespace farboot::rootfs
{

/// systemd's units in a tree. Conditions, drop-ins, and dependencies in the other direction are not looked at.
class UnitFiles
{
public:
    struct Unit {
        const FileTree::Node* file = nullptr; ///< null: there is none, or it is masked
        std::string name;                     ///< of the file: default.target is graphical.target
        std::vector<std::string> wants{};     ///< units that it starts, or its file names
        std::vector<std::string> commands{};  ///< values of "ExecStart=" and the like
        std::string on_use{};                 ///< what a socket starts once somebody asks
        /// Whether it requires sysinit.target without saying so.
        bool late = false;
    };

    explicit UnitFiles(const FileTree& tree) : tree_(tree) {}

    [[nodiscard]] Unit read(const std::string& name) const;
    /// Follows links. Null if there is none, or if it is masked.
    [[nodiscard]] const FileTree::Node* find(const std::string& name) const;

private:
    void add_wants(const std::string& name, std::vector<std::string>& wants) const;
    [[nodiscard]] bool is_masked(const std::string& path) const;

    const FileTree& tree_;
};

} // namespace farboot::rootfs
