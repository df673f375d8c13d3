#include "rootfs/guess/start_ranges.hpp"

#include "rootfs/image/trace.hpp"

#include <algorithm>
#include <numeric>

namespace farboot::rootfs
{

namespace
{
/// Of larger files, in the image, a start reads a part.
constexpr std::uint64_t largest_whole = 16 * 1024 * 1024;
constexpr std::uint64_t largest_packed = 6 * 1024 * 1024;
constexpr std::uint64_t of_a_larger_one = 1024 * 1024;
} // namespace

void StartRanges::add(const FileRange& range)
{
    if (ranges_.size() < Trace::most_reads && seen_.emplace(range.offset, range.length).second)
        ranges_.push_back(range);
}

void StartRanges::add_tables(const FileTree& tree)
{
    for (const auto& range : tree.tables())
        add(range);
}

void StartRanges::add_way(const FileTree& tree, const FileTree::Node& node)
{
    if (node.parent != nullptr && folders_.insert(node.parent).second) {
        add_way(tree, *node.parent);
        for (const auto& range : tree.extents(*node.parent))
            add(range);
    }
    for (const auto& range : tree.inode(node))
        add(range);
}

void StartRanges::add(const FileTree& tree, const FileTree::Node& file)
{
    add_way(tree, file);
    const auto extents = tree.extents(file);
    const auto bytes = std::accumulate(extents.begin(), extents.end(), std::uint64_t{0},
                                       [](std::uint64_t sum, const FileRange& one) { return sum + one.length; });
    auto left = bytes > (tree.packed() ? largest_packed : largest_whole) ? of_a_larger_one : bytes;
    for (const auto& [offset, length] : extents) {
        const auto wanted = std::min(length, left);
        left -= wanted;
        if (wanted > 0)
            add({offset, wanted});
    }
}

void StartRanges::add_whole(const FileTree& tree, const FileTree::Node& file)
{
    add_way(tree, file);
    for (const auto& range : tree.extents(file))
        add(range);
}

} // namespace farboot::rootfs
