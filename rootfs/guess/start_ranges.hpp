#pragma once

#include "rootfs/guess/file_tree.hpp"

#include <set>
#include <unordered_set>
#include <utility>

namespace farboot::rootfs
{

/// Where in an image lies what is read one after the other, each place once; at most Trace::most_reads. Files come with
/// what leads to them: folders and inodes. Their trees outlive it.
class StartRanges
{
public:
    void add(const FileRange& range);
    void add_tables(const FileTree& tree);
    /// Of a large file the beginning.
    void add(const FileTree& tree, const FileTree::Node& file);
    void add_whole(const FileTree& tree, const FileTree::Node& file);

    [[nodiscard]] std::vector<FileRange> take() { return std::move(ranges_); }

private:
    void add_way(const FileTree& tree, const FileTree::Node& node);

    std::unordered_set<const FileTree::Node*> folders_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen_; ///< small files of a squashfs share theirs
    std::vector<FileRange> ranges_;
};

} // namespace farboot::rootfs
