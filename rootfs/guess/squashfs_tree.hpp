#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/base/freer.hpp"
#include "rootfs/image/format.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqfs_file_t;
struct sqfs_compressor_t;
struct sqfs_data_reader_t;
struct sqfs_tree_node_t;
struct sqfs_inode_generic_t;
struct sqfs_frag_table_t;

namespace farboot::rootfs
{

/// The folders and files of a squashfs image, and where in the image the files' bytes lie. libsquashfs reads it, and
/// checks what it reads. One thread.
class SquashfsTree
{
public:
    struct Node {
        enum class Kind { file, folder, link, other };
        Kind kind = Kind::other;
        std::string path;                             ///< "/usr/bin/env"; "" is the root
        std::uint64_t bytes = 0;                      ///< of a file, unpacked
        std::vector<FileRange> extents{};             ///< of a file, in the image; a small one shares its with others
        std::map<std::string, const Node*> entries{}; ///< of a folder
        std::string target{};                         ///< of a link
        const sqfs_inode_generic_t* inode = nullptr;  ///< libsquashfs's, of a file
    };

    /// Reasons: io; not-squashfs.
    [[nodiscard]] static Result<SquashfsTree> open(const std::filesystem::path& image);

    /// Follows links, also in the middle. Null if there is nothing.
    [[nodiscard]] const Node* find(std::string_view path) const;
    /// A file's first bytes, at most so many. Empty if they cannot be read.
    [[nodiscard]] std::string read(const Node& file, std::size_t most) const;
    /// All that a kernel needs of the image to find files: superblock and tables, first what it mounts with.
    [[nodiscard]] std::vector<FileRange> tables() const { return tables_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    struct Object {
        void operator()(void* object) const;
    };
    struct Tree {
        void operator()(sqfs_tree_node_t* root) const;
    };

    SquashfsTree() = default;
    [[nodiscard]] const Node* take(const sqfs_tree_node_t& from, std::string path);
    void take_file(const sqfs_inode_generic_t& inode, Node& node) const;
    [[nodiscard]] const Node* find(std::string_view path, int links) const;

    // Each uses those above it.
    std::unique_ptr<sqfs_file_t, Object> file_;
    std::unique_ptr<sqfs_compressor_t, Object> compressor_;
    std::unique_ptr<sqfs_frag_table_t, Object> fragments_;
    std::unique_ptr<sqfs_data_reader_t, Object> data_;
    std::unique_ptr<sqfs_tree_node_t, Tree> tree_;
    std::vector<std::unique_ptr<Node>> nodes_;
    const Node* root_ = nullptr;
    std::vector<FileRange> tables_;
    std::uint64_t bytes_ = 0;
};

} // namespace farboot::rootfs
