#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <set>
#include <unordered_set>
#include <utility>

namespace farboot::rootfs
{

/// Where in the image files lie that are read one after the other, each place once, with what leads to them: folders
/// and inodes.
class StartRanges
{
public:
    /// Begins with the tables.
    explicit StartRanges(const FileTree& tree);

    /// Of a large file the beginning.
    void add(const FileTree::Node& file);
    void add_whole(const FileTree::Node& file);
    void add(const FileRange& range);

    [[nodiscard]] std::vector<FileRange> take() { return std::move(ranges_); }

private:
    void add_way(const FileTree::Node& node);

    const FileTree& tree_;
    std::unordered_set<const FileTree::Node*> folders_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen_; ///< small files of a squashfs share theirs
    std::vector<FileRange> ranges_;
};

} // namespace farboot::rootfs
