#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// The kernel modules in a tree, of all its kernels, with what each needs (modules.dep).
class KernelModules
{
public:
    explicit KernelModules(const FileTree& tree);

    /// A module and those that it needs; "dm_mod" is "dm-mod", too. Empty if there is none, or if it is built in.
    [[nodiscard]] std::vector<const FileTree::Node*> with_needs(std::string_view name) const;

private:
    void take(const FileTree& tree, const FileTree::Node& kernel);

    std::multimap<std::string, std::vector<const FileTree::Node*>, std::less<>> modules_; ///< by name with "-"
    int kernels_ = 0;
    std::size_t needs_ = 0;
};

} // namespace farboot::rootfs
