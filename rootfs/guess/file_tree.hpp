#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/guess/tree_budget.hpp"
#include "rootfs/image/format.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// The folders and files of a file system in an image, and where in the image their bytes lie. One thread.
class FileTree
{
public:
    struct Node {
        enum class Kind { file, folder, link, other };
        Kind kind = Kind::other;
        std::string path; ///< "/usr/bin/env"; "" is the root
        const Node* parent = nullptr;
        std::uint64_t bytes = 0;                      ///< of a file
        std::map<std::string, const Node*> entries{}; ///< of a folder
        std::string target{};                         ///< of a link
        std::uint64_t number = 0;                     ///< what the file system knows it by
    };

    /// The budget outlives it.
    explicit FileTree(TreeBudget& budget) : budget_(budget) {}
    FileTree(const FileTree&) = delete;
    FileTree& operator=(const FileTree&) = delete;
    virtual ~FileTree() = default;

    /// Follows links, also in the middle. Null if there is nothing.
    [[nodiscard]] const Node* find(std::string_view path) const;
    /// The same of files: null for anything else.
    [[nodiscard]] const Node* find_file(std::string_view path) const;
    /// A file's first bytes, at most so many. Empty if they cannot be read, or the budget is spent.
    [[nodiscard]] std::string read(const Node& file, std::size_t most) const;
    /// Whether what is made of the tree is no longer wanted.
    [[nodiscard]] bool stopped() const { return budget_.stop.stop_requested(); }
    /// Where the bytes of a file or folder lie in the image, packed if the file system packs them. Of a very large file
    /// the beginning may be all. Empty for a folder that lies in the tables.
    [[nodiscard]] virtual std::vector<FileRange> extents(const Node& node) const = 0;
    /// What a kernel reads to find those; empty if that lies in the tables.
    [[nodiscard]] virtual std::vector<FileRange> inode(const Node& node) const = 0;
    /// What a kernel needs to mount it and to find files, superblock first.
    [[nodiscard]] const std::vector<FileRange>& tables() const { return tables_; }
    /// Where the file system lies in the image.
    [[nodiscard]] const FileRange& place() const { return place_; }
    /// Whether the bytes at extents are packed.
    [[nodiscard]] bool packed() const { return packed_; }

protected:
    /// A node without a parent is the root.
    Node& add(const Node* parent, const std::string& name);
    /// So many bytes of a file, or less; not more than it has.
    [[nodiscard]] virtual std::string read_first(const Node& file, std::uint64_t bytes) const = 0;

    TreeBudget& budget_;
    FileRange place_;
    std::vector<FileRange> tables_;
    bool packed_ = false;

private:
    [[nodiscard]] const Node* find(std::string_view path, int links) const;

    std::vector<std::unique_ptr<Node>> nodes_; ///< the root first
};

} // namespace farboot::rootfs
