#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <string_view>

namespace farboot::rootfs
{

/// The files of a text, one after the other: "=/etc/motd" on a line begins a file with what follows up to the next
/// such line, ">/bin usr/bin" is a link. Folders are made as needed; a path whose folder is something else, or that
/// is there already, is passed over.
class TextTree : public FileTree
{
public:
    TextTree(std::string_view text, TreeBudget& budget);

    [[nodiscard]] std::vector<FileRange> extents(const Node& node) const override;
    [[nodiscard]] std::vector<FileRange> inode(const Node& node) const override;

private:
    [[nodiscard]] std::string read_first(const Node& file, std::uint64_t bytes) const override;
    /// Null if it cannot be there.
    [[nodiscard]] Node* make(std::string_view path);

    Node* root_ = nullptr;
    std::map<const Node*, Node*> made_; ///< FileTree gives away what must not be changed
    std::map<const Node*, std::string> bytes_;
};

} // namespace farboot::rootfs
